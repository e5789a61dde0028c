"""Partners and agencies as units of their own, boxes that are no mailboxes, and referrals."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PARTNERS = ("labour_inspectorate", "ngo", "union", "police", "prosecutor")
STATES = ("proposed", "consented", "overridden", "sent", "accepted", "declined", "done", "revoked")
ENDS = ("officer", "consent_revoked", "withdrawn", "expired")


def text(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def words(name: str, *of: str) -> sa.Enum:
    return sa.Enum(*of, native_enum=False, create_constraint=True, length=48, name=name)


def upgrade() -> None:
    with op.batch_alter_table("units") as batch:
        batch.add_column(sa.Column("partner_kind", words("partnerkind", *PARTNERS)))
        batch.add_column(sa.Column("agency", text(12)))
        batch.create_unique_constraint("uq_units_agency", ["agency"])
        batch.create_check_constraint("stands_for_one", "partner_kind IS NULL OR agency IS NULL")
    with op.batch_alter_table("boxes") as batch:
        batch.add_column(sa.Column("is_copy", sa.Boolean, nullable=False, server_default=sa.false()))
    create_referrals()


def create_referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("box_id", sa.Integer, sa.ForeignKey("boxes.id"), nullable=False, unique=True),
        sa.Column("partner", text(40), nullable=False),
        sa.Column("partner_kind", words("partnerkind", *PARTNERS), nullable=False),
        sa.Column("country", text(2), nullable=False),
        sa.Column("state", words("referralstate", *STATES), nullable=False),
        sa.Column("basis", words("referralbasis", "consent", "override")),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("proposed_by", text(200), nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("decided_by", text(200)),
        sa.Column("decided_on", sa.Date),
        sa.Column("sent_by", text(200)),
        sa.Column("sent_on", sa.Date),
        sa.Column("answered_by", text(200)),
        sa.Column("answered_on", sa.Date),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_because", words("referralend", *ENDS)),
        sa.Column("identity_said_in", text(12)),
        sa.Column("identity_by", text(200)),
        sa.Column("copy_sealed", sa.Text, nullable=False),
        sa.Column("identity_sealed", sa.Text),
        sa.Column("legal_basis_sealed", sa.Text),
        sa.Column("reason_sealed", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "decided_by IS NULL OR basis <> 'override' OR decided_by <> proposed_by", name="two_persons"
        ),
    )
    for column in ("case_id", "partner", "state"):
        op.create_index(f"ix_referrals_{column}", "referrals", [column])
    op.create_table(
        "referral_reports",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", text(12), nullable=False, unique=True),
        sa.Column("referral_id", sa.Integer, sa.ForeignKey("referrals.id"), nullable=False),
        sa.Column("written_by", text(200), nullable=False),
        sa.Column("written_on", sa.Date, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_index("ix_referral_reports_referral_id", "referral_reports", ["referral_id"])


def downgrade() -> None:
    op.drop_table("referral_reports")
    op.drop_table("referrals")
    # Whoever had only the key of a copy has nothing any more.
    op.execute("DELETE FROM box_wraps WHERE box_id IN (SELECT id FROM boxes WHERE is_copy)")
    op.execute("DELETE FROM boxes WHERE is_copy")
    with op.batch_alter_table("boxes") as batch:
        batch.drop_column("is_copy")
    with op.batch_alter_table("units") as batch:
        batch.drop_constraint("stands_for_one", type_="check")
        batch.drop_constraint("partnerkind", type_="check")
        batch.drop_constraint("uq_units_agency", type_="unique")
        batch.drop_column("agency")
        batch.drop_column("partner_kind")
