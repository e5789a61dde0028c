// Made by `python -m tools.typescript_types write` from openapi/openapi.json: change the description, not this file.

/** One of a set that may grow: a release may add values, and a program must take those it does not know. */
export type Open<T extends string> = T | (string & {});

/** What a recruiter does. */
export type Activity = Open<"placement" | "temporary_work" | "labour_service_abroad" | "counselling">;

export interface AdvertFlag {
  /** The code, for programs; texts may change, codes do not. */
  code: RedFlagCode;
  /** What is wrong with it, and what to do. */
  text: string;
  /** The words of the advert that raise it; empty where something is left out. */
  words: string;
  /** The rules it breaks where workers are recruited in China. */
  law: CitedRow[];
}

export interface AdvertItem {
  /** Which kind it is, of a closed set. */
  kind: ItemKind;
  /** In its plain form. Sums: amount, currency, and when a fee or deposit is due (in_advance, on_contract, on_visa, before_departure, on_arrival, from_wages, monthly, instalments, on_success, not_said), to whom an official cost goes (hospital, embassy), or per what a wage is (hour, day, month, year). Telephones: eleven digits in China, area and number of a landline there, else a plus and the country's code. Destinations are ISO codes, sectors NACE 2.1. */
  value: string;
  /** As it stands in the advert. */
  words: string;
}

export interface Agencies {
  /** The entries of this page, in the order of the operation. */
  items: AgencyHit[];
  /** Null on the last page. */
  next_cursor: string | null;
  /** Agencies that fit, over all pages; by name at most 300. */
  total: number;
}

export interface Agency {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  agency_id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which role, of a closed set. */
  role: Role;
  /** Whether the holder is a company or a natural person. */
  holder_kind: HolderKind;
  /** Names of the agency in each script, former ones with their days. */
  names: Name[];
  /** Numbers by which the agency is found. */
  identifiers: Identifier[];
  /** Where it is seated, as the list prints it. */
  place?: string;
  /** Day on which the holder was dissolved. */
  dissolved_on?: string;
  /** Whether the agency asked for a correction that is not decided yet. */
  is_correction_requested?: boolean;
  /** Warnings of imitators of this agency. */
  clone_warnings?: Warning[];
  /** Set where the law no longer lets the registry show this. */
  withheld?: string;
  /** Licences of the agency. */
  licences: Licence[];
  /** Agreements between a sending and a receiving side that the agency is a party to. */
  agreements: Agreement[];
  /** Deposits that secure workers' claims. */
  deposits: Deposit[];
  /** Persons or firms that act for the agency and are registered with it. */
  intermediaries: Intermediary[];
  /** Registered ways to reach the agency: telephones, sites, addresses, accounts. */
  channels: Channel[];
  /** Sanctions that may be published. */
  sanctions: Sanction[];
}

export interface AgencyHit {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  agency_id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which role, of a closed set. */
  role: Role;
  /** Whether the holder is a company or a natural person. */
  holder_kind: HolderKind;
  /** Names of the agency in each script, former ones with their days. */
  names: Name[];
  /** Numbers by which the agency is found. */
  identifiers: Identifier[];
  /** Where it is seated, as the list prints it. */
  place?: string;
  /** Day on which the holder was dissolved. */
  dissolved_on?: string;
  /** Whether the agency asked for a correction that is not decided yet. */
  is_correction_requested?: boolean;
  /** Warnings of imitators of this agency. */
  clone_warnings?: Warning[];
  /** Set where the law no longer lets the registry show this. */
  withheld?: string;
  /** 0 to 100; 100 is the whole number or name. Below 60 nothing is shown. */
  score?: number;
  /** Which name matched, how, and how well. */
  matched?: Match;
}

export interface AgencySummary {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  agency_id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which role, of a closed set. */
  role: Role;
  /** Whether the holder is a company or a natural person. */
  holder_kind: HolderKind;
  /** Names of the agency in each script, former ones with their days. */
  names: Name[];
  /** Numbers by which the agency is found. */
  identifiers: Identifier[];
  /** Where it is seated, as the list prints it. */
  place?: string;
  /** Day on which the holder was dissolved. */
  dissolved_on?: string;
  /** Whether the agency asked for a correction that is not decided yet. */
  is_correction_requested?: boolean;
  /** Warnings of imitators of this agency. */
  clone_warnings?: Warning[];
  /** Set where the law no longer lets the registry show this. */
  withheld?: string;
}

export interface Agreement {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  agreement_id: string;
  /** Twelve characters, the last a check character. */
  sending: string;
  /** Reference of the authority; /api/v1/authorities lists them. */
  authority: string;
  /** ISO 3166-1 alpha-2. */
  origin: string;
  /** ISO 3166-1 alpha-2. */
  destination: string;
  /** Twelve characters, the last a check character. */
  receiving?: string;
  /** The employer at the receiving end. */
  employer?: Employer;
  /** The number, as it is printed. */
  number?: string;
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: SectorScope[];
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
}

/** The verdict. This set never grows: what is not `yes` is no permission. */
export type Answer = "yes" | "no" | "unknown";

export interface AnswerThen {
  /** When it was signed. */
  issued_at: string;
  /** The members of POST /api/v1/verify. */
  question: Record<string, string>;
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Answer;
  /** Whether workers who are placed already may go on; a `no` to recruiting ends no contract. */
  may_continue_existing_placements: Answer;
  /** Codes. */
  reasons: string[];
  /** The day it is about. */
  on: string;
  /** Which records the answer was given on, by their digests. */
  records: RecordDigest[];
  /** Where the public log stood when it was signed. */
  log: LogPosition;
}

export interface AnswerToday {
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Answer;
  /** Whether workers who are placed already may go on; a `no` to recruiting ends no contract. */
  may_continue_existing_placements: Answer;
  /** Why, the deciding reason first. */
  reasons: Reason[];
  /** The day it is about. */
  on: string;
}

export interface AnsweredCorridor {
  /** As it came; null where none did. */
  key: string | null;
  /** In a file: the line it stood on. */
  line?: number;
  /** Stands here in place of an answer that could not be given. */
  errors?: ItemError[];
  /** The answer to the item's question; null where it was refused. */
  answer?: CorridorVerdict;
  /** With a `no`: what comes before ending the relation, in this order. */
  steps?: StepToTake[];
}

export interface AnsweredItem {
  /** As it came; null where none did. */
  key: string | null;
  /** In a file: the line it stood on. */
  line?: number;
  /** Stands here in place of an answer that could not be given. */
  errors?: ItemError[];
  /** The answer to the item's question; null where it was refused. */
  answer?: Verdict;
  /** With a `no`: what comes before ending the relation, in this order. */
  steps?: StepToTake[];
}

export interface Api {
  /** Version of the description. */
  version: string;
  /** Where the description is, OpenAPI 3.1. */
  description: string;
  /** Where the documentation is. */
  documentation: string;
  /** Where the state of the service is. */
  health: string;
}

export interface ArchivedList {
  /** Reference of the list. */
  list_id: string;
  /** Whether it was a job, which has the same reference and goes with it. */
  is_job: boolean;
  /** Which kind it is, of a closed set. */
  kind: JobKind;
  /** What the file was called; null: there was none. */
  filename: string | null;
  /** When it was signed. */
  issued_at: string;
  /** How many of the items came out in which way. */
  counts: Record<string, number>;
  /** It is deleted after this day. */
  retained_until: string;
  /** The signed statement over all rows (JWS). */
  manifest: string;
  /** What authorities of others say of when it existed; null: none was asked, or none has answered yet. */
  stamp: Stamp | null;
}

export interface ArchivedLists {
  /** The entries of this page, in the order of the operation. */
  items: ArchivedList[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface ArchivedReceipt {
  /** Reference of the archived receipt. */
  receipt_id: string;
  /** When it was signed. */
  issued_at: string;
  /** Whom it was about, where that was one alone. */
  agency_id: string | null;
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Open<"yes" | "no" | "unknown">;
  /** The question as it was asked: names and values. */
  question: Record<string, string>;
  /** It is deleted after this day. */
  retained_until: string;
  /** The answer as a signed statement (JWS). */
  receipt: string;
  /** What authorities of others say of when it existed; null: none was asked, or none has answered yet. */
  stamp: Stamp | null;
}

export interface ArchivedReceiptCheck {
  /** Whether the registry signed it and the key is still believed. */
  genuine: Answer;
  /** Why it is not believed; null where it is. */
  problem: Flaw | null;
  /** The key that signed; null where it is not known. */
  key: SigningKey | null;
  /** What was answered then; null where nothing of it may be believed. */
  then: AnswerThen | null;
  /** What the same question is answered today; null where it is no longer taken. */
  today: AnswerToday | null;
  /** The parts of the answer that are others today. */
  changed: string[];
}

export interface ArchivedReceipts {
  /** The entries of this page, in the order of the operation. */
  items: ArchivedReceipt[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

/** What a wallet is asked for. */
export type Ask = Open<"licence" | "card" | "both">;

export interface Authorities {
  /** The entries of this page, in the order of the operation. */
  items: Authority[];
}

export interface Authority {
  /** Reference, as verify's `authority` takes it. */
  authority: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** IANA name: its today is reckoned there. */
  time_zone: string;
  /** In the language of Content-Language, if it has one. */
  name: string;
  /** Names of the agency in each script, former ones with their days. */
  names: Record<string, string>;
  /** Site of the authority; null where none is known. */
  website: string | null;
}

export interface Bundle {
  /** Version of the format: 1. */
  v: number;
  /** SD-JWT VC of the licence. */
  credential: string;
  /** The status list token it points to. */
  status: string;
  /** The licence's entry, base64. */
  entry: string;
  /** Its C2SP tlog-proof. */
  proof: string;
  /** The holder's entry, base64. */
  agency_entry: string;
  /** Its C2SP tlog-proof. */
  agency_proof: string;
  /** The entries of the keys that signed the credential and the status list. */
  keys: ProvenEntry[];
  /** When the entries existed, by others; absent until an authority has stamped a head over them. */
  time?: BundleTime;
}

export interface BundleTime {
  /** What was stamped: the head's three lines. */
  head: string;
  /** Hashes in the order of RFC 6962, base64; none where it is the same head. */
  consistency: string[];
  /** One of each authority that was asked. */
  timestamps: Timestamp[];
}

export interface ChangeItem {
  /** Id of the item, the same for good. */
  id: string;
  /** Page of the agency. */
  url: string;
  /** What happened, and to whom. */
  title: string;
  /** The same. */
  content_text: string;
  /** When it was published. */
  date_published: string;
  /** The row of `events`. */
  _registry: ChangeRow;
}

export interface ChangeRow {
  /** Index of the log's entry. */
  index: number;
  /** When it was published. */
  at: string;
  /** What happened; `event.withheld` where the law no longer lets it be told. */
  type: string;
  /** Reference of the agency that it is about. */
  agency_id: string;
  /** Reference of the licence that it is about, if it is about one. */
  licence_id: string | null;
  /** Reference of the agreement that it is about, if it is about one. */
  agreement_id: string | null;
  /** Reference of the list or authority that it comes from. */
  source: string | null;
  /** Where the proof of its entry is. */
  proof: string;
}

export interface ChangedReceipt {
  /** Reference of the archived receipt. */
  receipt_id: string;
  /** Reference of the agency: twelve characters, the last of which checks the others. */
  agency_id: string | null;
  /** When it was signed. */
  issued_at: string;
  /** What was answered then; null where nothing of it may be believed. */
  then: Open<"yes" | "no" | "unknown">;
  /** What the same question is answered today; null where it is no longer taken. */
  today: Open<"yes" | "no" | "unknown"> | null;
  /** How far the log reached when it was issued. */
  log_size: number | null;
  /** Names of the parts that are others than they were. */
  changed: string[];
}

export interface ChangedReceipts {
  /** The entries of this page, in the order of the operation. */
  items: ChangedReceipt[];
  /** How many receipts of this page were asked anew. */
  asked: number;
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface ChangedRow {
  /** Its place in the list, from 0. */
  n: number;
  /** The key that signed; null where it is not known. */
  key: string | null;
  /** The answer of then; null: refused. */
  then: string | null;
  /** What the same question is answered today; null where it is no longer taken. */
  today: string | null;
  /** Names of the parts that are others than they were. */
  changed: string[];
}

export interface Changes {
  /** Version of JSON Feed. */
  version: string;
  /** Title of the feed. */
  title: string;
  /** What the feed does not say; show it with it. */
  description: string;
  /** The registry's front page. */
  home_page_url: string;
  /** This very feed. */
  feed_url: string;
  /** Where it goes on. */
  next_url: string;
  /** What changed; without `from` the last first. */
  items: ChangeItem[];
  /** Where to go on. */
  _registry: ChangesPlace;
}

export interface ChangesPlace {
  /** Ask on from here, with `from`. */
  next_index: number;
  /** How many entries are published. */
  log_size: number;
}

export interface Channel {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Which kind it is, of a closed set. */
  kind: ChannelKind;
  /** The value, as it is written. */
  value: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
}

/** A kind of channel that an agency registered as its own. */
export type ChannelKind = Open<"phone" | "email" | "website" | "wechat" | "bank_account">;

export interface Charge {
  /** What for, by the ILO's definition. */
  kind: FeeKind;
  /** More than zero, as text, without thousands separators, at most twelve digits and two places; may be left out. */
  amount?: string;
  /** ISO 4217, in present use. */
  currency: string;
  /** Whether it was only asked for, or paid. */
  state: ChargeState;
  /** When it is to be paid: before or after the contract that it is for (that of the job, or the service contract with a company that sends workers abroad), or out of wages. */
  when?: ChargeTime;
}

/** Whether money was asked for or paid. */
export type ChargeState = Open<"asked" | "paid">;

/** When money is asked for or paid. */
export type ChargeTime = Open<"before_contract" | "after_contract" | "from_wages">;

/** What a recruiter told a worker about the agency. */
export type CheckKind = Open<"number" | "name" | "phone" | "wechat" | "qq" | "email" | "website" | "bank_account" | "staff_number">;

/** A note on a check of what a recruiter told a worker. */
export type CheckNote = Open<"looks_like" | "same_domain" | "free_mail" | "former_name" | "near_name" | "part_of_name" | "last_four_agree" | "not_readable" | "human_resources_permit" | "domestic_dispatch_permit" | "seafarer_permit">;

/** How a claim compares with what the agency registered. */
export type CheckOutcome = Open<"match" | "mismatch" | "changed_recently" | "not_registered">;

export interface CheckRemark {
  /** The code, for programs; texts may change, codes do not. */
  code: CheckNote;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

export interface CheckResult {
  /** The code, for programs; texts may change, codes do not. */
  code: CheckSummary;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

/** What all that a worker was told comes to. */
export type CheckSummary = Open<"agency_not_licensed" | "red_flags" | "no_company_in_advert" | "matches" | "matches_but_not_licensed" | "mismatches" | "changed_recently" | "nothing_to_compare" | "number_or_name_only" | "not_a_licence_for_abroad" | "several_agencies" | "no_labour_supplier" | "no_agency_named">;

export interface Checked {
  /** Which kind it is, of a closed set. */
  kind: CheckKind;
  /** The value, as it is written. */
  value: string;
  /** What came of it. */
  outcome: CheckOutcome;
  /** What it means. */
  text: string;
  /** Remarks beside the outcome. */
  notes: CheckRemark[];
}

export interface Checks {
  /** Reference of the agency that the recruiter claims to be from, where it is known. */
  agency_id?: string;
  /** Where the job is. */
  country?: CountryCode;
  /** Licence number, or a company's code. */
  number?: string;
  /** With `value`: an identifier as records have it, in place of the field of that name. */
  scheme?: IdentifierScheme;
  /** The identifier of the `scheme`. */
  value?: string;
  /** The agency's name, in any script. */
  name?: string;
  /** Phone number. */
  phone?: string;
  /** WeChat id. */
  wechat?: string;
  /** QQ number. No agency registers one: it is never a match. */
  qq?: string;
  /** E-mail address. */
  email?: string;
  /** Website. */
  website?: string;
  /** Account to which money is to be paid. */
  bank_account?: string;
  /** Number on the recruiter's staff card. */
  staff_number?: string;
  /** A whole advert, HTML or text. What is stated in a field of its own is compared first. */
  advert?: string;
}

export interface ChecksAnswer {
  /** The whole in one code and sentence. */
  summary: CheckResult;
  /** What the advert comes to: `no` where it plans or asks for what the law forbids; never `yes`. */
  offer: Answer;
  /** Signs of fraud or of forced labour in what was stated. */
  red_flags: AdvertFlag[];
  /** All that was read in the advert, at most five of a kind. */
  items: AdvertItem[];
  /** What the law says of the advert's plan, for all recruiters. */
  law: Reason[];
  /** Each thing that was compared, in the order in which it was stated. */
  checks: Checked[];
  /** Papers shown in the advert that are no licence for work abroad. */
  papers: CheckRemark[];
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Answer;
  /** Why, the deciding reason first. */
  reasons: Reason[];
  /** The agency, in short; null where the question leads to none or to several. */
  agency: AgencySummary | null;
  /** Agencies that may be meant, where it is not clear which. */
  candidates: AgencySummary[];
}

export interface ChosenColumns {
  /** What the rows ask. */
  kind: JobKind;
  /** Column of the file by field. */
  columns: Record<string, unknown>;
  /** What holds for every item that says nothing else. */
  constants?: Constants;
  /** Keep the answers in your organisation's file of receipts, as long as receipts are kept. */
  keep?: boolean;
}

export interface CitedRow {
  /** Its id, kept for good. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Law and article. */
  article: string | null;
  /** What it says, in `text_language`; null: a rule without words. */
  text: string | null;
  /** The state of the text that was read. */
  as_of: string;
  /** Where it was read: see the rules page. */
  mark: Mark;
  /** The publisher's page. */
  url: string | null;
  /** Of `text`: the answer's language where the rule was translated, else `en`. */
  text_language?: string;
}

export interface ClaimBody {
  /** Id of the row of law. */
  row: string;
  /** ISO 3166-1 alpha-2 code of the country. */
  country: string;
  /** Part of the country; null: all of it. */
  region: string | null;
  /** Whose charge the row is about. */
  by: string;
  /** How the money can be claimed back. */
  redress: string | null;
  /** Within which time it can be claimed. */
  time_limit: string | null;
}

/** A step on the way to money that was paid. */
export type ClaimStep = Open<"do_not_pay" | "keep_proof" | "ask_help" | "body_at_origin" | "deposit" | "body_at_destination" | "in_time">;

export interface Columns {
  /** The column that each field was read from. */
  fields: Record<string, string>;
  /** Columns that were not read. */
  ignored: string[];
}

export interface Coming {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** The day it is about. */
  on: string;
  /** What it is, in words. */
  what: string;
}

export interface Condition {
  /** The code, for programs; texts may change, codes do not. */
  code: ConditionCode;
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: SectorScope[];
  /** Countries of jobs that it is about. */
  destinations?: string[];
  /** For people, in the language of the answer; it may change. */
  text?: string;
}

/** A condition of a licence that a rule can judge. */
export type ConditionCode = Open<"only_sectors" | "not_sectors" | "only_destinations" | "not_destinations" | "no_new_recruitment" | "other">;

export interface Constants {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: CountryCode;
  /** What the recruiters would do. */
  activity?: Activity;
  /** Where recruiting happens, ISO 3166-1 alpha-2. */
  origin?: CountryCode;
  /** Who offers the work. */
  recruiter_kind?: RecruiterKind;
}

export interface CorridorConstants {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: CountryCode;
  /** What the recruiters would do. */
  activity?: Activity;
}

export interface CorridorItem {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** The sending agency. Licence number, identifier, reference of the registry, or name (a name alone is never `yes`). */
  sending: string;
  /** `sending` is the value of an identifier of this scheme, as records have it, and is read as nothing else. */
  sending_scheme?: IdentifierScheme;
  /** The receiving agency. Licence number, identifier, reference of the registry, or name (a name alone is never `yes`). */
  receiving?: string;
  /** `receiving` is the value of an identifier of this scheme, as records have it, and is read as nothing else. */
  receiving_scheme?: IdentifierScheme;
  /** Instead of `receiving`: the direct employer, by name or identifier. */
  receiving_employer?: string;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination: CountryCode;
  /** What the receiving agency would do. */
  activity?: Activity;
  /** Your own name for the item, answered as it came. One that came before is refused. */
  key?: string;
}

export interface CorridorItems {
  /** What holds for every item that says nothing else. */
  constants?: CorridorConstants;
  /** With a key of the scope `receipts`: keep the whole list in your organisation's file, under one signature; `false`: keep nothing, whatever your organisation has chosen. */
  keep?: boolean;
  /** Which fields of each answer are given, by name and with commas between, those inside another after a dot; without it all. Lists of answers then leave out `steps`. */
  fields?: string;
  /** The corridors, each answered by itself. */
  items: CorridorItem[];
}

export interface CorridorQuery {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** The sending agency. Licence number, identifier, reference of the registry, or name (a name alone is never `yes`). */
  sending: string;
  /** `sending` is the value of an identifier of this scheme, as records have it, and is read as nothing else. */
  sending_scheme?: IdentifierScheme;
  /** The receiving agency. Licence number, identifier, reference of the registry, or name (a name alone is never `yes`). */
  receiving?: string;
  /** `receiving` is the value of an identifier of this scheme, as records have it, and is read as nothing else. */
  receiving_scheme?: IdentifierScheme;
  /** Instead of `receiving`: the direct employer, by name or identifier. */
  receiving_employer?: string;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination: CountryCode;
  /** What the receiving agency would do. */
  activity?: Activity;
  /** Instant: answer as the registry would have answered then. */
  known_at?: string;
  /** `1` or `true`: answer with the signed statement of it, which anybody can check later. It is not part of the question. */
  receipt?: boolean;
  /** `1` or `true`, with a key of the scope `receipts`: answer with the signed statement and archive it as a list of one. It is not part of the question. */
  keep?: boolean;
}

export interface CorridorScope {
  /** ISO 3166-1 alpha-2. */
  origin?: string;
  /** ISO 3166-1 alpha-2. */
  destination?: string;
}

export interface CorridorVerdict {
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Answer;
  /** The three legs: sending licence, receiving licence, agreement. */
  legs: Leg[];
  /** The answer as a signed statement, where `receipt` or `keep` asked for it. */
  proof?: RowProof;
  /** Where it stands among your organisation's lists, if it was kept. */
  list_id?: string;
}

export interface CorridorVerifications {
  /** The answers, in the order of the corridors. */
  items: AnsweredCorridor[];
  /** How many of the items came out in which way. */
  counts: Counts;
  /** Of a file alone. */
  columns?: Columns;
  /** Where the list is kept: `/api/v1/archived-lists/<list_id>`. */
  list_id?: string;
}

/** ISO 3166-1 alpha-2, official codes. */
export type CountryCode = Open<"AD" | "AE" | "AF" | "AG" | "AI" | "AL" | "AM" | "AO" | "AQ" | "AR" | "AS" | "AT" | "AU" | "AW" | "AX" | "AZ" | "BA" | "BB" | "BD" | "BE" | "BF" | "BG" | "BH" | "BI" | "BJ" | "BL" | "BM" | "BN" | "BO" | "BQ" | "BR" | "BS" | "BT" | "BV" | "BW" | "BY" | "BZ" | "CA" | "CC" | "CD" | "CF" | "CG" | "CH" | "CI" | "CK" | "CL" | "CM" | "CN" | "CO" | "CR" | "CU" | "CV" | "CW" | "CX" | "CY" | "CZ" | "DE" | "DJ" | "DK" | "DM" | "DO" | "DZ" | "EC" | "EE" | "EG" | "EH" | "ER" | "ES" | "ET" | "FI" | "FJ" | "FK" | "FM" | "FO" | "FR" | "GA" | "GB" | "GD" | "GE" | "GF" | "GG" | "GH" | "GI" | "GL" | "GM" | "GN" | "GP" | "GQ" | "GR" | "GS" | "GT" | "GU" | "GW" | "GY" | "HK" | "HM" | "HN" | "HR" | "HT" | "HU" | "ID" | "IE" | "IL" | "IM" | "IN" | "IO" | "IQ" | "IR" | "IS" | "IT" | "JE" | "JM" | "JO" | "JP" | "KE" | "KG" | "KH" | "KI" | "KM" | "KN" | "KP" | "KR" | "KW" | "KY" | "KZ" | "LA" | "LB" | "LC" | "LI" | "LK" | "LR" | "LS" | "LT" | "LU" | "LV" | "LY" | "MA" | "MC" | "MD" | "ME" | "MF" | "MG" | "MH" | "MK" | "ML" | "MM" | "MN" | "MO" | "MP" | "MQ" | "MR" | "MS" | "MT" | "MU" | "MV" | "MW" | "MX" | "MY" | "MZ" | "NA" | "NC" | "NE" | "NF" | "NG" | "NI" | "NL" | "NO" | "NP" | "NR" | "NU" | "NZ" | "OM" | "PA" | "PE" | "PF" | "PG" | "PH" | "PK" | "PL" | "PM" | "PN" | "PR" | "PS" | "PT" | "PW" | "PY" | "QA" | "RE" | "RO" | "RS" | "RU" | "RW" | "SA" | "SB" | "SC" | "SD" | "SE" | "SG" | "SH" | "SI" | "SJ" | "SK" | "SL" | "SM" | "SN" | "SO" | "SR" | "SS" | "ST" | "SV" | "SX" | "SY" | "SZ" | "TC" | "TD" | "TF" | "TG" | "TH" | "TJ" | "TK" | "TL" | "TM" | "TN" | "TO" | "TR" | "TT" | "TV" | "TW" | "TZ" | "UA" | "UG" | "UM" | "US" | "UY" | "UZ" | "VA" | "VC" | "VE" | "VG" | "VI" | "VN" | "VU" | "WF" | "WS" | "YE" | "YT" | "ZA" | "ZM" | "ZW">;

export interface CountryLaw {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** The name, as it is written. */
  name: string;
  /** Which role, of a closed set. */
  role: Open<"union" | "origin" | "destination" | "outside">;
  /** Day on which the law was read. */
  read_on: string;
  /** Day on which it was checked last. */
  checked_on: string;
  /** Of a country outside: whom to ask, because the registry does not answer for it. */
  ask: string[];
}

export interface Counts {
  /** How many items there were. */
  items: number;
  /** How many were answered. */
  answered: number;
  /** Items with `errors`. */
  refused: number;
  /** How many were answered `yes`. */
  yes: number;
  /** How many were answered `no`. */
  no: number;
  /** How many were answered `unknown`. */
  unknown: number;
}

export interface Coverage {
  /** The entries of this page, in the order of the operation. */
  items: CoverageItem[];
  /** Countries of the corridors without any full and fresh list: not found means unknown. */
  not_covered: string[];
}

export interface CoverageItem {
  /** The official list or text that says so, and how fresh it is. */
  source: string;
  /** Reference of the authority; /api/v1/authorities lists them. */
  authority: string;
  /** The authority's name. */
  name: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Licence kinds it covers. */
  kinds: LicenceKind[];
  /** An agency that is not on it holds none of these from this authority. */
  is_full: boolean;
  /** No other authority of the country issues these kinds. */
  is_national: boolean;
  /** How long one reading may be relied on; 0: kept here by the authority. */
  fresh_for_days: number;
  /** When the list was read for the first time; null before. */
  first_retrieved_at: string | null;
  /** When the list that says so was read last. */
  retrieved_at: string | null;
  /** From then on answers are `unknown`. */
  stale_at: string | null;
  /** Whether the list was not read for too long. */
  is_stale: boolean;
}

export interface CredentialClaim {
  /** Where the claim stands. */
  path: string[];
  /** Whether it may be left out: `never`. */
  sd: string;
  /** Its labels. */
  display: CredentialLabel[];
}

export interface CredentialLabel {
  /** Language, BCP 47. */
  locale: string;
  /** What the claim is called. */
  label: string;
}

export interface CredentialName {
  /** Language, BCP 47. */
  locale: string;
  /** What the credential is called. */
  name: string;
}

export interface CredentialRequest {
  /** Name of the credential, as the metadata has it: the one that the token is for. */
  credential_configuration_id: string;
  /** That the wallet holds the key which the credential is bound to. */
  proofs: Proofs;
}

export interface CredentialType {
  /** The type's name, which is its address. */
  vct: string;
  /** In English. */
  name: string;
  /** In English. */
  description: string;
  /** The same by language. */
  display: CredentialName[];
  /** What may be claimed. */
  claims: CredentialClaim[];
}

export interface Dataset {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** Name of the newest snapshot. */
  name: string;
  /** Index of the log's entry that holds the hash of the manifest. */
  log_index: number;
  /** Of `manifest.json` as it is served. SHA-256 in hexadecimal digits. */
  manifest_sha256: string;
  /** What the manifest says. */
  manifest: DatasetManifest;
}

export interface DatasetDelta {
  /** The snapshot that it leads from. */
  from: string;
  /** The snapshot that it leads to. */
  to: string;
  /** Name, to be asked for at `/dataset/deltas/{delta}`. */
  file: string;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  /** How many lines it has after the first. */
  rows: number;
}

export interface DatasetFile {
  /** Name, to be asked for at `/dataset/{snapshot}/{file}`. */
  name: string;
  /** Media type. */
  media_type: string;
  /** Its size. */
  bytes: number;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  /** The table that it holds; absent where it holds none. */
  table?: string;
  /** Rows of that table. */
  rows?: number;
}

export interface DatasetHead {
  /** Name of the log. */
  origin: string;
  /** How many entries the head is over: the feed of changes goes on from here. */
  size: number;
  /** Root of the tree, Base64. */
  root: string;
  /** The signed note (C2SP). */
  head: string;
}

export interface DatasetManifest {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** Name of the snapshot: its day, and the size of the log. */
  name: string;
  /** Address of the registry. */
  registry: string;
  /** The day in UTC. */
  day: string;
  /** When it was made. */
  made_at: string;
  /** Licence of the data, as SPDX has it. */
  licence: string;
  /** The licence's address in the EU's list. */
  licence_address: string | null;
  /** What the data does not say; show it with them. */
  notice: string;
  /** Whether all of it is invented. */
  is_demo: boolean;
  /** The head that it was read at. */
  log: DatasetHead;
  /** By name: `licences` and `events`. */
  tables: Record<string, DatasetTable>;
  /** What is not in it. */
  left_out: Record<string, number>;
  /** All files of the snapshot. */
  files: DatasetFile[];
  /** Forms in which this snapshot was not made. */
  absent_formats: string[];
  /** Deltas that lead here, the newest first. */
  deltas: DatasetDelta[];
}

export interface DatasetTable {
  /** Of its JSON Lines. SHA-256 in hexadecimal digits. */
  sha256: string;
  /** How many rows it has. */
  rows: number;
}

export interface Deliveries {
  /** The entries of this page, in the order of the operation. */
  items: Delivery[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface Delivery {
  /** Id of the event: the `webhook-id` of its deliveries. */
  event_id: string;
  /** Which kind of event it is. */
  type: EventType;
  /** State it is in, of a closed set. */
  state: DeliveryState;
  /** How often delivery was tried. */
  attempts: number;
  /** Of the last answer. */
  status: number | null;
  /** What was wrong, in words. */
  trouble: string | null;
  /** When it was put into the queue. */
  queued_at: string;
  /** When it was tried last; null before. */
  tried_at: string | null;
  /** When it is tried again. */
  next_at: string | null;
  /** When it was accepted; null before. */
  delivered_at: string | null;
}

/** Where the delivery of an event to a webhook stands. */
export type DeliveryState = Open<"waiting" | "delivered" | "failed">;

export interface Deposit {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** In which form it is given. */
  form: string;
  /** Decimal text in `currency`. */
  amount: string;
  /** ISO 4217. */
  currency: string;
  /** Who keeps the deposit. */
  held_by?: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
}

export interface DepositPurpose {
  /** What the money is for. */
  use: DepositUse;
  /** Charges that it pays back. */
  kinds: FeeKind[];
  /** Charges that it may pay back; that is not settled. */
  kinds_perhaps: FeeKind[];
}

export interface DepositRule {
  /** ISO 3166-1 alpha-2 code of the country. */
  country: string;
  /** What the deposit pays for, in its order. */
  uses: DepositPurpose[];
  /** To fill it again once spent. */
  top_up_working_days: number;
  /** The official list or text that says so, and how fresh it is. */
  source: string;
  /** Day on which the source was read. */
  source_on: string;
  /** How sure the source is; null where that was not noted. */
  mark: Mark;
}

/** What an agency's deposit may be spent on (Decree 620, article 10). */
export type DepositUse = Open<"refund_service_fee" | "unpaid_remuneration" | "compensation" | "emergency_or_repatriation">;

/** What of a paper is not the data of the agency whose name it bears. */
export type Difference = Open<"number" | "code" | "country" | "name">;

/** What the open statistics count complaints by. */
export type Dimension = Open<"country" | "sector" | "indicator" | "outcome">;

export interface Employer {
  /** The name, as it is written. */
  name: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** An identifier of the employer, as the agreement states it. */
  identifier?: string;
}

/** Who would employ the worker. */
export type EmployerKind = Open<"company" | "household" | "person" | "unknown">;

/** What an entry of the log reports. */
export type EntryType = Open<"agency.registered" | "agency.amended" | "agency.corrected" | "licence.issued" | "licence.amended" | "licence.suspended" | "licence.reinstated" | "licence.revoked" | "licence.surrendered" | "licence.delisted" | "licence.corrected" | "agreement.registered" | "agreement.amended" | "agreement.ended" | "agreement.corrected" | "registry.key_added" | "registry.key_retired" | "registry.key_compromised" | "registry.policy" | "law.overlay_approved" | "law.overlay_withdrawn" | "ranges.published" | "dataset.published" | "audit.stated" | "unit.key_added" | "unit.key_retired">;

export interface Event {
  /** Stays the same however often it is told. */
  id: string;
  /** Which kind of event it is. */
  type: EventType;
  /** When it was published. */
  timestamp: string;
  /** Details, which depend on the type. */
  data: EventData;
}

export interface EventCorridor {
  /** Country from which workers are recruited, ISO 3166-1 alpha-2. */
  origin?: string | null;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: string | null;
}

export interface EventData {
  /** Reference of the agency: twelve characters, the last of which checks the others. */
  agency_id?: string;
  /** Reference of the licence: twelve characters, the last of which checks the others. */
  licence_id?: string;
  /** An official list. */
  source?: string;
  /** The entry of the public log that says so. */
  log_index?: number;
  /** Of `licence.*`: the status stated now. */
  status?: LicenceStatus;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
  /** First day of the licence. */
  valid_from?: string;
  /** Last day of the licence. */
  valid_to?: string;
  /** Of `licence.expiring`: 90, 30 or 7. */
  days?: number;
  /** Codes of the conditions that hold now. */
  conditions?: string[];
  /** Where they changed. */
  corridors?: EventCorridor[];
  /** Where they changed. */
  sectors?: EventSector[];
  /** Where they changed. */
  activities?: string[];
  /** Which identifiers are stated now. */
  schemes?: string[];
  /** Which kinds of channel changed. */
  kinds?: string[];
  /** Day on which the holder was dissolved. */
  dissolved_on?: string;
  /** What the deposit has to be, as decimal text. */
  required?: string;
  /** What is missing of it, as decimal text. */
  missing?: string;
  /** ISO 4217 code of the currency. */
  currency?: string;
  /** Reference of the sanction. */
  sanction_id?: string;
  /** Of `sanction.*`: the kind of sanction. */
  kind?: string;
  /** Reference of the agreement. */
  agreement_id?: string;
  /** Country from which workers are recruited, ISO 3166-1 alpha-2. */
  origin?: string;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: string;
  /** Of `source.*`: whose list it is. */
  authority?: string;
  /** Of `webhook.test`. */
  webhook_id?: string;
  /** Of `presentation.finished`: the request. Its result is kept for five minutes after it was made. */
  presentation_id?: string;
  /** Of `presentation.finished`: how it ended. */
  state?: PresentationEnd;
  /** What held before. */
  before?: EventFormer;
}

export interface EventFormer {
  /** The status, of a closed set. */
  status?: LicenceStatus;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
  /** First day of the licence. */
  valid_from?: string;
  /** Last day of the licence. */
  valid_to?: string;
  /** Conditions under which alone it holds. */
  conditions?: string[];
  /** From where to where the licence permits recruiting; absent where the list does not say. */
  corridors?: EventCorridor[];
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: EventSector[];
  /** What the licence lets its holder do; absent where the list does not say. */
  activities?: string[];
  /** Which identifiers were stated. */
  schemes?: string[];
  /** Country from which workers are recruited, ISO 3166-1 alpha-2. */
  origin?: string;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: string;
}

export interface EventSector {
  /** The code, for programs; texts may change, codes do not. */
  code?: string;
  /** Revision of the NACE code. */
  nace_revision?: string;
}

/** What an event reports. */
export type EventType = Open<"licence.issued" | "licence.suspended" | "licence.revoked" | "licence.ended" | "licence.winding_down" | "licence.delisted" | "licence.revocation_pending" | "licence.back_in_order" | "licence.status_changed" | "licence.conditions_changed" | "licence.scope_changed" | "licence.term_changed" | "licence.expiring" | "licence.expired" | "agency.registered" | "agency.identifier_changed" | "agency.name_changed" | "agency.channel_changed" | "agency.deposit_shortfall" | "agency.deposit_restored" | "agency.clone_warning" | "agency.clone_warning_ended" | "agency.dissolved" | "sanction.in_force" | "sanction.stayed" | "sanction.lifted" | "sanction.overturned" | "agreement.registered" | "agreement.changed" | "agreement.ended" | "source.stale" | "source.fresh" | "presentation.finished" | "event.withheld" | "webhook.test">;

export interface Events {
  /** The entries of this page, in the order of the operation. */
  items: PlacedEvent[];
  /** `cursor` of the next request. Keep it: a feed has no last page, so it is never null. */
  next_cursor: string;
  /** Whether more is there already. */
  has_more: boolean;
}

export interface Exemption {
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** What the exemption stands on. */
  fact: Open<"permit_free" | "permit_title" | "firm_size" | "other_work">;
}

export interface Fault {
  /** The parameter or field that is wrong. */
  parameter: string;
  /** JSON Pointer (RFC 6901) to the field, as a URI fragment, where it stands in a JSON body. */
  pointer?: string;
  /** The code, for programs; texts may change, codes do not. */
  code: ProblemCode;
  /** What is wrong here, in English words. */
  detail: string;
}

export interface FeeAnswer {
  /** Each charge with its findings, in the order in which they were stated. */
  charges: JudgedCharge[];
  /** Sums by currency. */
  totals: FeeTotal[];
  /** What the sum is in months of wage. */
  months: FeeNote;
  /** What a deposit pays back; null where the law knows none. */
  deposit: DepositRule | null;
  /** The finding by the law of the country of the job. */
  at_destination: FeeFinding;
  /** How to claim, in the order to go. */
  steps: FeeStep[];
  /** What was not stated and the law tells apart: ask again with it. */
  needs: Need[];
  /** Permits that the destination does not give: who takes money for one sells nothing. */
  law: Reason[];
  /** What the destination's law says of charges, and how money comes back. */
  destination_rules: LawFee[];
}

export interface FeeFinding {
  /** `yes`: lawful; `no`: forbidden; `unknown`: no rule is known. */
  answer: Answer;
  /** The code, for programs; texts may change, codes do not. */
  code: FeeReason;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** The rule by which it was judged. */
  rule: string | null;
  /** The official list or text that says so, and how fresh it is. */
  source: string | null;
  /** How sure the source is; null where that was not noted. */
  mark: string | null;
}

/** What workers are charged for, by the ILO's definition. */
export type FeeKind = Open<"recruitment_service_payment" | "third_party_supply_payment" | "direct_recruitment_payment" | "fee_recovery_from_worker" | "medical_costs" | "insurance_costs" | "skills_and_qualification_tests" | "training_and_orientation" | "equipment_costs" | "travel_and_lodging_costs" | "administrative_costs" | "bribe" | "tribute" | "extortion_or_kickback" | "bond" | "illicit_cost_recovery_fee" | "collateral">;

export interface FeeNote {
  /** The code, for programs; texts may change, codes do not. */
  code: FeeReason;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

/** Why a charge to a worker is lawful or not, and whether it can be claimed back. */
export type FeeReason = Open<"workers_never_pay" | "no_standard_known" | "deposit_forbidden" | "no_fee_with_labour_contract" | "service_fee_cap_unsettled" | "service_fee_over_old_cap" | "service_fee_needs_months" | "unlicensed_no_fee" | "contractor_no_fee" | "no_rule_known" | "origin_not_stated" | "not_paid" | "claim_from_deposit" | "claim_perhaps_from_deposit" | "no_claim_known" | "no_route_known" | "destination_rules" | "destination_not_stated" | "destination_forbids" | "destination_forbade" | "union_forbids" | "forbidden_before_contract" | "forbidden_from_wages" | "forbidden_without_written_contract" | "forbidden_above_maximum" | "months_counted" | "wage_not_stated" | "other_currency">;

export interface FeeRule {
  /** Reference of the row. */
  reference: string;
  /** Which standard the rule is of. */
  standard: FeeStandard;
  /** Null: everywhere. */
  country: string | null;
  /** Empty: every kind. */
  kinds: FeeKind[];
  /** Holds only with a labour contract with the enterprise that charges. */
  needs_labour_contract: boolean;
  /** Whose charge it is about; null: anybody's. */
  charged_by: Open<"licensed_sender" | "unlicensed" | "placement_agent" | "temporary_agency" | "contractor" | "employer" | "any_intermediary" | "seafarer_agent"> | null;
  /** `unknown`: once stood, not known to stand still. */
  answer: Answer;
  /** Why, in words or as a code of a closed set. */
  reason: FeeReason;
  /** Of the contract wages, as decimal text. */
  most_percent: string | null;
  /** The official list or text that says so, and how fresh it is. */
  source: string;
  /** Day on which the source was read. */
  source_on: string;
  /** How sure it is: s read in the source, s2 in a secondary source, k known, not read. */
  mark: Mark;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
}

export interface FeeRules {
  /** The rules, each with its source. */
  rules: FeeRule[];
  /** Deposits that secure workers' claims. */
  deposits: DepositRule[];
}

/** Whose rule about fees. */
export type FeeStandard = Open<"origin" | "ilo">;

export interface FeeStep {
  /** The code, for programs; texts may change, codes do not. */
  code: ClaimStep;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** Bodies to turn to. */
  bodies: ClaimBody[];
}

export interface FeeTotal {
  /** ISO 4217 code of the currency. */
  currency: string;
  /** Sum of what was asked for, as decimal text. */
  asked: string;
  /** Sum of what was paid, as decimal text. */
  paid: string;
  /** How many there are in all. */
  total: string;
  /** To two places; null where it cannot be told. */
  months_of_wage: string | null;
}

export interface Fees {
  /** Each charge with its findings, in the order in which they were stated. */
  charges: Charge[];
  /** Where the worker was recruited, ISO 3166-1 alpha-2. */
  origin?: CountryCode;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: CountryCode;
  /** Whether the worker has a labour contract with the enterprise that charges. */
  labour_contract?: Answer;
  /** Whether the worker has a written contract on the service with the one who charges. */
  written_contract?: Answer;
  /** Who asks for the money; `unlicensed`: a private person, a middleman, any firm without the licence. */
  charged_by?: Open<"licensed_sender" | "unlicensed" | "placement_agent" | "temporary_agency" | "contractor" | "employer">;
  /** Where in the country of the job, as `needs` names it: some rules differ by region. */
  region?: string;
  /** How many months the contract runs. */
  contract_months?: number;
  /** Promised for a month; needs `wage_currency`. */
  monthly_wage?: string;
  /** Currency of `monthly_wage`, ISO 4217. */
  wage_currency?: string;
}

export interface Flaw {
  /** The code, for programs; texts may change, codes do not. */
  code: ProofFlaw;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

/** What a licence of another EU state is worth under a regime. */
export type ForeignLicence = Open<"unknown" | "needs_entry" | "needs_notice" | "sufficient" | "not_sufficient" | "not_covered" | "not_applicable">;

export interface Health {
  /** `ok` where this process can serve. */
  status: Open<"ok" | "unavailable">;
  /** Whether the database answers. */
  database: Open<"ok" | "away">;
  /** Revision of the database, and the one that is needed. */
  migrations: Migrations;
}

export interface HelpLine {
  /** Null: the whole EU. */
  country: string | null;
  /** Part of the country; null: all of it. */
  region: string | null;
  /** Null: none, or not called yet and no public body's. */
  number: string | null;
  /** False beside a number: not yet called by the registry; say so. */
  is_number_checked: boolean;
  /** From another country. */
  number_abroad: string | null;
  /** `number_abroad` may not work from another country. */
  may_fail_abroad: boolean;
  /** Who runs the line; null where an authority does. */
  organisation: string | null;
  /** Which kind of body runs the line. */
  run_by: RunBy;
  /** The same, in words. */
  run_by_text: string;
  /** ISO 639 codes. */
  languages: string[];
  /** Languages surely not spoken there. */
  has_no: string[];
  /** Whether the line has interpreters. */
  has_interpreters: boolean;
  /** When it can be reached, in words. */
  hours: string | null;
  /** Whether the call costs nothing. */
  is_free: boolean;
  /** Whether a caller needs to give no name. */
  is_anonymous: boolean;
  /** In English. */
  for_what: string | null;
  /** What it is for, in a word. */
  kind: LineKind | null;
  /** The same, in words to show. */
  kind_text: string | null;
  /** Null as `number` is. */
  whatsapp: string | null;
  /** It has a mini program in WeChat. */
  has_wechat: boolean;
  /** Name of its application. */
  app: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** The official list or text that says so, and how fresh it is. */
  source: string;
  /** Day on which the source was read. */
  source_on: string;
  /** How sure it is: s read in the source, s2 in a secondary source, m known but not read. */
  mark: Mark;
  /** Day on which it was checked last. */
  checked_on: string | null;
}

export interface HelpLines {
  /** The entries of this page, in the order of the operation. */
  items: HelpLine[];
}

export interface History {
  /** The entries of this page, in the order of the operation. */
  items: HistoryItem[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
  /** How many there are in all. */
  total: number;
}

export interface HistoryItem {
  /** Place in the log. */
  index: number;
  /** When it was published. */
  at: string;
  /** Which kind of event it is. */
  type: EntryType;
  /** What it is about, for example `licence/2K7MPXW4NQ9T`. */
  key: string;
  /** The whole record of that thing as it was said then, as far as it may be shown today. */
  record: Record<string, unknown>;
}

/** Whether a holder is a person whom the law protects as such; `unknown` is treated as one. */
export type HolderKind = Open<"legal_person" | "sole_trader" | "unknown">;

export interface Identifier {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Of which scheme the number is. */
  scheme: IdentifierScheme;
  /** The value, as it is written. */
  value: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
  /** Its check character is wrong, as on the list itself. */
  has_failed_check?: boolean;
  /** A change that no official has looked at yet. */
  is_under_review?: boolean;
}

/** The register that an identifier is of. */
export type IdentifierScheme = Open<"uscc" | "vat" | "lei" | "euid" | "registration_number">;

export interface Imitated {
  /** The agency, in short; null where the question leads to none or to several. */
  agency: AgencySummary;
  /** Which of its names is near. */
  name: string;
  /** In what way it is near. */
  how: Likeness;
  /** How near, 85 to 100. */
  score: number;
  /** What of the question is not this agency's. */
  differs: Difference[];
}

export interface Intermediary {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** The name, as it is written. */
  name: string;
  /** The number, as it is printed. */
  number?: string;
  /** Where it is seated, as the list prints it. */
  place?: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
}

export interface IssuedCredential {
  /** SD-JWT VC in compact form. */
  credential: string;
}

export interface IssuedCredentials {
  /** One: there are no batches. */
  credentials: IssuedCredential[];
}

export interface Issuer {
  /** Address of the issuer. */
  issuer: string;
  /** Where its keys are. */
  jwks_uri: string;
}

export interface Item {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** Number printed on the licence. Spaces, dashes, width and letter case do not matter. */
  licence_number?: string;
  /** Who issued `licence_number`: a number is unique only per authority. */
  authority?: string;
  /** Unified social credit code (China, GB 32100-2015). */
  uscc?: string;
  /** EU VAT number with its country prefix (Greece: EL). */
  vat?: string;
  /** Legal entity identifier (ISO 17442). */
  lei?: string;
  /** European unique identifier of a company. */
  euid?: string;
  /** Number in a national trade register; needs `country`. */
  registration_number?: string;
  /** Country of `registration_number`, ISO 3166-1 alpha-2. */
  country?: CountryCode;
  /** With `value`: an identifier as records have it, in place of the field of that name. */
  scheme?: IdentifierScheme;
  /** The identifier of the `scheme`. */
  value?: string;
  /** The registry's own reference of an agency. */
  agency_id?: string;
  /** Name in any script. A name alone is never `yes`: the answer lists candidates. */
  name?: string;
  /** Where recruiting happens (not nationality), ISO 3166-1 alpha-2. */
  origin?: CountryCode;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: CountryCode;
  /** What the recruiter would do. */
  activity?: Activity;
  /** Name on the paper beside the number: another's name is never `yes`, and who may be imitated is told. */
  claimed_name?: string;
  /** Who offers the work. A recruiter that is no agency needs another paper, and is never `not_registered`. */
  recruiter_kind?: RecruiterKind;
  /** Instant: answer as the registry would have answered then. */
  known_at?: string;
  /** Your own name for the item, answered as it came. One that came before is refused. */
  key?: string;
}

export interface ItemError {
  /** Name of the parameter or field. */
  parameter: string;
  /** The code, for programs; texts may change, codes do not. */
  code: ProblemCode;
  /** What is wrong here, in English words. */
  detail: string;
}

/** What is read out of an advert. */
export type ItemKind = Open<"company" | "licence_number" | "licence_kind" | "uscc" | "vat" | "registration_number" | "phone" | "wechat" | "qq" | "telegram" | "whatsapp" | "line" | "email" | "site" | "douyin" | "xiaohongshu" | "other_channel" | "bank_account" | "alipay" | "staff_number" | "fee" | "deposit" | "official_cost" | "wage" | "destination" | "sector" | "visa">;

export interface Items {
  /** What holds for every item that says nothing else. */
  constants?: Constants;
  /** With a key of the scope `receipts`: keep the whole list in your organisation's file, under one signature; `false`: keep nothing, whatever your organisation has chosen. */
  keep?: boolean;
  /** Which fields of each answer are given, by name and with commas between, those inside another after a dot; without it all. Lists of answers then leave out `steps`. */
  fields?: string;
  /** The questions, each answered by itself. */
  items: Item[];
}

export interface Job {
  /** Reference of the job. */
  job_id: string;
  /** What the rows ask, guessed by the header at first. */
  kind: JobKind;
  /** State it is in, of a closed set. */
  state: JobState;
  /** What the file was called. */
  filename: string;
  /** Bytes of the list. */
  size: number;
  /** SHA-256 of the file that was sent, in hexadecimal. */
  sha256: string;
  /** The columns of the file. */
  headers: string[];
  /** Which of them holds which field; to be corrected before it is started. */
  columns: Record<string, string>;
  /** What holds for every row that says nothing else. */
  constants: Record<string, string>;
  /** Whether it stands in the file of receipts when it is done. */
  is_kept: boolean;
  /** What keeps it from being started; null: nothing. */
  lacking: string | null;
  /** Rows of the list, once they are counted. */
  rows: number;
  /** How many rows are answered. */
  rows_done: number;
  /** How many of the items came out in which way. */
  counts: Counts;
  /** Why it failed. */
  trouble: string | null;
  /** When it was made. */
  created_at: string;
  /** When work on it began; null before. */
  started_at: string | null;
  /** When it ended; null before. */
  ended_at: string | null;
  /** The day after which list and results are removed. */
  retained_until: string;
  /** Forms in which results are had. */
  results: ResultForm[];
}

/** What the rows of a list ask. */
export type JobKind = Open<"verification" | "corridor" | "supply_chain">;

/** How a job stands. */
export type JobState = Open<"uploaded" | "queued" | "running" | "writing" | "done" | "cancelled" | "failed">;

export interface Jobs {
  /** The newest first. */
  items: Job[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface JudgedCharge {
  /** Which kind it is, of a closed set. */
  kind: FeeKind;
  /** Decimal text, in the currency beside it; `0` for a charge whose amount was not stated. */
  amount: string;
  /** ISO 4217 code of the currency. */
  currency: string;
  /** State it is in, of a closed set. */
  state: ChargeState;
  /** The finding by the law of the country where the worker is recruited. */
  lawful_at_origin: FeeFinding;
  /** `no` only by a ban, or a condition that is not met, that is fresh or confirmed and on the one in `charged_by`. */
  lawful_at_destination: FeeFinding;
  /** The finding by the standard of the ILO: a worker pays nothing. */
  ilo_compliant: FeeFinding;
  /** Whether it can be claimed back, and from where. */
  claim: FeeFinding;
}

export interface Jwk {
  /** `EC`. */
  kty: string;
  /** `P-256`. */
  crv: string;
  /** Of the public point, Base64url. */
  x: string;
  /** Of the public point, Base64url. */
  y: string;
  /** Id that signatures name. */
  kid: string;
  /** `sig`. */
  use: string;
  /** `ES256`. */
  alg: string;
  /** The certificate, DER in Base64. */
  x5c: string[];
}

export interface Key {
  /** Reference of the key. */
  key_id: string;
  /** Which program it is for. */
  label: string;
  /** The beginning of the key, to tell it by. */
  prefix: string;
  /** What the key opens. */
  scopes: (Open<"verify" | "jobs" | "watches" | "receipts" | "organisation">)[];
  /** Day on which it was made. */
  created_on: string;
  /** It opens until the end of this day, in UTC. */
  expires_on: string;
  /** Day of the last use; null where there was none. */
  last_used_on: string | null;
  /** The key that was made in its place. */
  replaced_by: string | null;
  /** Whether what it asks is kept as receipts; null: as the organisation has chosen. */
  is_archiving: boolean | null;
  /** Whether it is a test key, which sees the sandbox alone. */
  is_test: boolean;
  /** The key that made it, and that ends it with itself. */
  made_by: string | null;
  /** From where it opens, in CIDR notation; null: from anywhere. */
  networks: string[] | null;
}

export interface KeyDay {
  /** In UTC. */
  day: string;
  /** How many were let in. */
  requests: number;
}

export interface KeyExchange {
  /** Days that the old one stays good; 7 where it is absent. */
  overlap_days?: number;
}

export interface KeyMade {
  /** Reference of the key. */
  key_id: string;
  /** Which program it is for. */
  label: string;
  /** The beginning of the key, to tell it by. */
  prefix: string;
  /** What the key opens. */
  scopes: (Open<"verify" | "jobs" | "watches" | "receipts" | "organisation">)[];
  /** Day on which it was made. */
  created_on: string;
  /** It opens until the end of this day, in UTC. */
  expires_on: string;
  /** Day of the last use; null where there was none. */
  last_used_on: string | null;
  /** The key that was made in its place. */
  replaced_by: string | null;
  /** Whether what it asks is kept as receipts; null: as the organisation has chosen. */
  is_archiving: boolean | null;
  /** Whether it is a test key, which sees the sandbox alone. */
  is_test: boolean;
  /** The key that made it, and that ends it with itself. */
  made_by: string | null;
  /** From where it opens, in CIDR notation; null: from anywhere. */
  networks: string[] | null;
  /** The key, shown this once. */
  key: string;
}

export interface KeyMake {
  /** Which program it is for. */
  label: string;
  /** What the key opens. */
  scopes: Scope[];
  /** For how many days it is good; 365 where it is absent. */
  days?: number;
  /** Keep what it asks as receipts, or never; as the organisation has chosen where absent. */
  is_archiving?: boolean;
  /** Make a test key (`rrk_test_`), which sees the invented registry and nothing else. */
  is_test?: boolean;
  /** From where alone it opens: IPv4 and IPv6 networks in CIDR notation; from anywhere where absent. */
  networks?: string[];
}

export interface KeySet {
  /** Keys whose signatures may still be believed (RFC 7517). */
  keys: Jwk[];
}

export interface KeyUsage {
  /** The entries of this page, in the order of the operation. */
  items: KeyDay[];
}

export interface Keys {
  /** The entries of this page, in the order of the operation. */
  items: Key[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface LawAuthority {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** The name, as it is written. */
  name: string;
  /** The name in English. */
  name_en: string;
  /** What the authority issues. */
  issues: string;
  /** How the authority's numbers look. */
  reference_format: string | null;
}

export interface LawFee {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** What the law says of charging a worker. */
  charge: Open<"forbidden" | "partly" | "allowed" | "unknown">;
  /** Whom the row is about. */
  by: string;
  /** Whom the law forbids or allows to charge. */
  by_whom: string;
  /** What the charge is for. */
  for_what: string;
  /** The limit of the charge, in words of the law. */
  how_much: string | null;
  /** Conditions under which alone it holds. */
  conditions: string | null;
  /** The penalty that the law names. */
  penalty: string | null;
  /** How the money can be claimed back. */
  redress: string | null;
  /** Within which time it can be claimed. */
  time_limit: string | null;
  /** Whether the row is narrower than the law's words; null where it is not. */
  breadth: Open<"narrow"> | null;
  /** As fee rules name it. */
  reference: string | null;
  /** Why, in words or as a code of a closed set. */
  reason: FeeReason | null;
  /** Which kinds it is about. */
  kinds: FeeKind[];
  /** It forbids to take anything: a bond too. */
  is_under_any_name: boolean;
  /** Whether the charge presupposes a contract of employment. */
  needs_labour_contract: boolean;
  /** The most that may be charged, in per cent of the wage. */
  most_percent: string | null;
  /** When the row forbids it though it is else allowed. */
  forbidden_when: ChargeTime[];
  /** Nothing may be asked without a written contract on the service. */
  needs_written_contract: boolean;
  /** The most that may be asked. */
  max_amount: string | null;
  /** ISO 4217. */
  max_currency: string | null;
}

export interface LawOverlay {
  /** Version of it, counted from 1. */
  version: number;
  /** Day on which it was made. */
  made_on: string;
  /** Why, in words or as a code of a closed set. */
  reason: string;
  /** Ids of the rows it speaks of. */
  rows: string[];
  /** Of these rows, those that are no longer stated, without another in their place. */
  withdrawn: WithdrawnLawRow[];
  /** When it came into force. */
  in_force_from: string;
  /** When it was withdrawn; null while it holds. */
  withdrawn_at: string | null;
  /** Why it was withdrawn; null while it holds. */
  withdrawal_reason: string | null;
  /** The entry that put it into force. */
  log_index: number;
  /** The law key that signed. */
  kid: string;
  /** Ed25519, base64url, over a fixed first line and the file's bytes. */
  signature: string;
  /** The signed file, TOML. */
  file: string;
}

export interface LawRight {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** What the rule limits. */
  about: Open<"wages" | "hours" | "reporting" | "stay">;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** Of law of the Union: states that it does not bind, or of which that was not read. */
  not_in: string[];
}

export interface Leg {
  /** Which leg of the corridor. */
  leg: Open<"sending_licence" | "receiving_licence" | "agreement">;
  /** `not_required`: a direct employer needs no licence, but needs the agreement. */
  verdict: Open<"yes" | "no" | "unknown" | "not_required">;
  /** Why, the deciding reason first. */
  reasons: Reason[];
  /** Parameters that could change the answer, with the values that are taken. */
  needs: Need[];
  /** The leg's question as it was understood; null for an employer and an agreement. */
  question: Record<string, string> | null;
  /** The day it is about. */
  on: string;
  /** The agency, in short; null where the question leads to none or to several. */
  agency: AgencySummary | null;
  /** The licence that decides, as it stands on the day; null where there is none. */
  licence: LicenceOnDay | null;
  /** The agreement that the leg stands on; null where there is none. */
  agreement: Agreement | null;
  /** Agencies that may be meant, where it is not clear which. */
  candidates: AgencyHit[];
  /** The official list or text that says so, and how fresh it is. */
  source: SourceNote | null;
  /** Version of the operator's last correction of the law that the answer stands on; absent: the law as it was released. */
  law_overlay?: number;
}

export interface Licence {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  licence_id: string;
  /** Reference of the authority; /api/v1/authorities lists them. */
  authority: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which kind it is, of a closed set. */
  kind: LicenceKind;
  /** Its place in the status lists. */
  status_place: number;
  /** As printed; some lists print none. */
  number?: string;
  /** First day of the licence. */
  valid_from?: string;
  /** Last day. */
  valid_to?: string;
  /** From where to where the licence permits recruiting; absent where the list does not say. */
  corridors?: CorridorScope[];
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: SectorScope[];
  /** What the licence lets its holder do; absent where the list does not say. */
  activities?: Activity[];
  /** Conditions under which alone it holds. */
  conditions?: Condition[];
  /** Every status with its days, the oldest first. */
  status_history?: StatusPeriod[];
  /** Part of the country that it is for, as the country's law calls it; licences there go by region. */
  region?: string;
}

export interface LicenceAnswer {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  licence_id: string;
  /** Reference of the authority; /api/v1/authorities lists them. */
  authority: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which kind it is, of a closed set. */
  kind: LicenceKind;
  /** Its place in the status lists. */
  status_place: number;
  /** As printed; some lists print none. */
  number?: string;
  /** First day of the licence. */
  valid_from?: string;
  /** Last day. */
  valid_to?: string;
  /** From where to where the licence permits recruiting; absent where the list does not say. */
  corridors?: CorridorScope[];
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: SectorScope[];
  /** What the licence lets its holder do; absent where the list does not say. */
  activities?: Activity[];
  /** Conditions under which alone it holds. */
  conditions?: Condition[];
  /** Every status with its days, the oldest first. */
  status_history?: StatusPeriod[];
  /** Part of the country that it is for, as the country's law calls it; licences there go by region. */
  region?: string;
  /** Null: nothing was stated for that day. */
  status: LicenceStatus | null;
  /** Twelve characters, the last a check character. */
  agency_id: string;
  /** The day `status` is for. */
  on: string;
}

/** A kind of licence, by the law that it is issued under. */
export type LicenceKind = Open<"cn_foreign_labour_service_cooperation" | "cn_overseas_employment_intermediary_legacy" | "cn_human_resources_service" | "cn_domestic_labour_dispatch" | "cn_seafarer_dispatch" | "it_somministrazione_generalista" | "it_somministrazione_specialista" | "it_intermediazione" | "it_ricerca_selezione" | "it_ricollocazione" | "de_aueg" | "pl_posrednictwo_kraj" | "pl_posrednictwo_zagranica" | "pl_doradztwo_personalne" | "pl_poradnictwo_zawodowe" | "pl_praca_tymczasowa" | "cz_zprostredkovani_zamestnani" | "cz_vyhledavani_zamestnani" | "cz_zamestnavani_osob" | "cz_poradenska_cinnost" | "nl_recognised_sponsor" | "other_eu">;

export interface LicenceOnDay {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  licence_id: string;
  /** Reference of the authority; /api/v1/authorities lists them. */
  authority: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Which kind it is, of a closed set. */
  kind: LicenceKind;
  /** Its place in the status lists. */
  status_place: number;
  /** As printed; some lists print none. */
  number?: string;
  /** First day of the licence. */
  valid_from?: string;
  /** Last day. */
  valid_to?: string;
  /** From where to where the licence permits recruiting; absent where the list does not say. */
  corridors?: CorridorScope[];
  /** Sectors that it is limited to; absent: all, or the list does not say. */
  sectors?: SectorScope[];
  /** What the licence lets its holder do; absent where the list does not say. */
  activities?: Activity[];
  /** Conditions under which alone it holds. */
  conditions?: Condition[];
  /** Every status with its days, the oldest first. */
  status_history?: StatusPeriod[];
  /** Part of the country that it is for, as the country's law calls it; licences there go by region. */
  region?: string;
  /** Null: nothing was stated for that day. */
  status: LicenceStatus | null;
}

/** The status of a licence; whether its holder may recruit is the verdict's to say. */
export type LicenceStatus = Open<"applied" | "refused" | "provisional" | "active" | "active_with_conditions" | "under_surveillance" | "renewal_pending_deemed_valid" | "revocation_pending_appeal" | "suspended" | "winding_down" | "renewal_refused" | "expired" | "surrendered" | "revoked" | "revoked_immediate" | "banned" | "annulled_entity_dissolved" | "delisted">;

export interface Licences {
  /** The entries of this page, in the order of the operation. */
  items: LicenceAnswer[];
}

/** In what way a registered name answers to the name that was asked for, the closest first. */
export type Likeness = Open<"exact" | "diacritics" | "legal_form" | "word_order" | "pinyin" | "translation" | "characters" | "typing" | "part" | "initials" | "similar">;

export interface Limit {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** Null: the first day was not read. */
  from: string | null;
  /** Last day; null: no end known. */
  to: string | null;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** What the rule limits. */
  about: string;
  /** What the rule does to a verdict. */
  effect: Open<"bars" | "conditions" | "informs" | "unknown">;
  /** Empty: all. */
  activities: (Open<"placement" | "temporary_work" | "labour_service_abroad" | "posting_in" | "seafarer_placement" | "project_contracting" | "contractor_staffing">)[];
  /** Which workers the rule is about. */
  applies_to: (Open<"third_country_permit_bound" | "everybody">)[];
  /** Nationalities that the rule bars. */
  nationalities_barred: string[];
  /** Only these nationalities; empty: none; null: it does not depend on nationality. */
  nationalities_allowed: string[] | null;
  /** Nationalities that the rule leaves out. */
  nationalities_exempt: string[];
  /** Whether the rule holds only while the worker is abroad. */
  only_while_abroad: boolean;
  /** Visas that the rule bars. */
  visas_barred: string[];
  /** These permits alone. */
  permits_covered: string[];
  /** NACE 2.1. */
  nace: string[];
  /** Whether the NACE codes are wider or narrower than the law's words; null where they fit. */
  nace_fit: Open<"wider_than_law" | "narrower_than_law"> | null;
  /** Such employers alone, whom `nace` shows too. */
  employers_barred: EmployerKind[];
  /** Which classification the occupations are of. */
  occupation_scheme: Open<"isco" | "ssyk"> | null;
  /** Codes of occupations that the rule allows. */
  occupations_allowed: string[];
  /** Codes of occupations that the rule bars. */
  occupations_barred: string[];
  /** Whether the codes of occupations are wider or narrower than the law's words; null where they fit. */
  occupation_fit: Open<"wider_than_law" | "narrower_than_law"> | null;
  /** Years after entry for which the rule holds. */
  years_after_entry: number | null;
  /** Years that the agency must have been active before. */
  years_active_before: number | null;
  /** After `years_active_before` it still bars jobs that are not on the list of shortage jobs. */
  shortage_jobs_only: boolean;
  /** Last day for it, where the law names one. */
  deadline: string | null;
  /** What is to be said of its end. */
  until_note: string | null;
  /** Whom the rule leaves out. */
  exemptions: Exemption[];
}

/** What a help line is for. */
export type LineKind = Open<"trafficking" | "labour" | "victims" | "migrants" | "women" | "police" | "fraud" | "legal" | "consular" | "government">;

export interface ListChanges {
  /** The entries of this page, in the order of the operation. */
  items: ChangedRow[];
  /** How many rows of this page were asked anew. */
  asked: number;
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface LogPosition {
  /** Name of the log. */
  origin: string;
  /** How many entries the log had. */
  size: number;
  /** Base64. */
  root: string;
}

/** How sure a stated rule is. */
export type Mark = Open<"s" | "s2" | "k" | "m">;

export interface Match {
  /** What matched: `name`, `licence_number`, `agency_id`, an identifier. */
  by: string;
  /** The name as registered, or the number without spaces. */
  value: string;
  /** Of a name: which kind. */
  kind?: NameKind;
  /** Of a name: in what way it matched. */
  how?: Likeness;
}

export interface Member {
  /** Reference of the person. */
  member_id: string;
  /** The name, as it is written. */
  name: string;
  /** Mail address, by which the person signs in. */
  email: string;
  /** Which role, of a closed set. */
  role: Open<"owner" | "member">;
  /** Whether this person signs in with a code of an app beside the password. */
  has_second_step: boolean;
}

export interface Members {
  /** The entries of this page, in the order of the operation. */
  items: Member[];
}

export interface Migrations {
  /** Revision of the database now; null before the first step. */
  current: string | null;
  /** Newest revision that this version knows. */
  head: string;
}

export interface Name {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** The name, as it is written. */
  name: string;
  /** Script of the name, ISO 15924. */
  script: Script;
  /** Which kind it is, of a closed set. */
  kind: NameKind;
  /** First day; absent or null: not known. */
  from: string | null;
  /** Last day; absent or null: open, or not known. */
  to: string | null;
}

/** What a name of an agency is. */
export type NameKind = Open<"legal" | "trade" | "short" | "former">;

export interface Need {
  /** Name of the parameter. */
  parameter: string;
  /** Values it takes; of `sector` those the licence names, of `occupation` those the law names. None: any code of NACE. */
  allowed: string[];
}

export interface Number {
  /** A licence number or an identifier of any scheme. */
  number?: string;
  /** With `value`: an identifier as records have it, in place of the field of that name. */
  scheme?: IdentifierScheme;
  /** The identifier of the `scheme`. */
  value?: string;
  /** Where a registration number is from, if you know. */
  country?: CountryCode;
}

export interface Numbers {
  /** In place of the former list. */
  numbers: Number[];
}

export interface OAuthError {
  /** Code of RFC 6749, RFC 9449, OpenID4VCI 1.0 or OpenID4VP 1.0, such as `invalid_grant`. */
  error: string;
  /** What was wrong and what to do, in English. */
  error_description: string;
}

export interface OfficialList {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** Who publishes the list. */
  publisher: string | null;
  /** Its title. */
  title: string;
  /** In which form it is given. */
  form: string;
  /** What is to be said of the form. */
  form_note: string | null;
  /** Names of the columns. */
  columns: string[];
  /** How sure the columns are. */
  columns_mark: Mark;
  /** What is to be said of the columns. */
  columns_note: string | null;
  /** Under which terms the list may be used. */
  licence_terms: string | null;
  /** How often the list is published anew. */
  update_rhythm: string | null;
  /** The column by which a row is told from another. */
  unique_key: string | null;
}

export interface Organisation {
  /** Reference of your organisation. */
  organisation_id: string;
  /** The name, as it is written. */
  name: string;
  /** ISO 3166-1 alpha-2 code of the country. */
  country: string;
  /** Of its mails. */
  language: string;
  /** The key that was sent. */
  key_id: string;
  /** What that key opens. */
  scopes: (Open<"verify" | "jobs" | "watches" | "receipts" | "organisation">)[];
}

export interface Penalty {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** What it is, in words. */
  what: string;
}

export interface PermitRoute {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** The permit, as the law names it. */
  route: string;
  /** Whom the route is open to. */
  who: string;
  /** Whether the permit is given to such workers. */
  possible: Open<"possible" | "quota" | "not_possible" | "unknown">;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** The visa that the route presupposes. */
  visa: string | null;
  /** Who applies for the permit. */
  applied_for_by: string | null;
  /** Permits that the route covers. */
  permits_covered: string[];
  /** What the route does not cover. */
  not_covered: string[];
}

export interface PlacedEvent {
  /** Stays the same however often it is told. */
  id: string;
  /** Which kind of event it is. */
  type: EventType;
  /** When it was published. */
  timestamp: string;
  /** Details, which depend on the type. */
  data: EventData;
  /** A place in your organisation's events. Opaque. */
  cursor: string;
}

export interface Presentation {
  /** Reference of the request. */
  presentation_id: string;
  /** What the wallet was asked for. */
  ask: Ask;
  /** State it is in, of a closed set. */
  state: PresentationState;
  /** Why what was shown is refused; null for all else. */
  refusal: Refusal | null;
  /** Reference of the agency; null unless something was shown. */
  agency_id: string | null;
  /** Names of the agency as they were shown; none for a natural person. */
  agency_names: string[];
  /** Reference of the licence; null unless something was shown. */
  licence_id: string | null;
  /** Whose card was shown; null where none was. */
  person: ShownPerson | null;
  /** The verdict on the licence today, for the job that was stated. */
  today: AnswerToday | null;
  /** When the request is deleted with its result. */
  until: string;
}

export interface PresentationAnswered {
  /** Where the holder's browser goes on the same device; absent where the asker named no address. */
  redirect_uri?: string;
}

export interface PresentationAsk {
  /** What the wallet is asked for. */
  ask: Ask;
  /** Why you ask. The wallet shows it to the holder. */
  purpose: string;
  /** Where workers are recruited. */
  origin?: CountryCode;
  /** Where the job is. */
  destination?: CountryCode;
  /** The worker's. The law of many destinations turns on it. */
  nationality?: CountryCode;
  /** An https address of yours to which a wallet on the same device leads back, with `response_code`. */
  return_url?: string;
}

export interface PresentationAsked {
  /** Reference of the request, under which its result is read. */
  presentation_id: string;
  /** For a wallet on the same device: `haip-vp://`. */
  link: string;
  /** The link as QR code: an SVG picture as a data: address. */
  qr: string;
  /** Then it is deleted with its result. */
  until: string;
}

/** How a request to a wallet ended. */
export type PresentationEnd = Open<"shown" | "refused" | "expired">;

/** How far a request to a wallet came. */
export type PresentationState = Open<"waiting" | "shown" | "refused">;

export interface Problem {
  /** Address that explains the code. */
  type: string;
  /** The kind of problem, in the language that was asked for. */
  title: string;
  /** The HTTP status, once more. */
  status: number;
  /** The code, for programs; texts may change, codes do not. */
  code: ProblemCode;
  /** What is wrong here, in English words. */
  detail: string;
  /** Name it when you ask us about this error. */
  request_id: string;
  /** Each fault by itself, where there are several or one is about a field. */
  errors: Fault[];
  /** Why an officer was refused, as a code; absent otherwise. */
  reason?: string;
}

/** What is wrong with a request, or why it cannot be carried out: docs/users/reasons.md has cause and cure of each. */
export type ProblemCode = Open<"invalid_request" | "missing" | "unknown_parameter" | "unknown_field" | "doubled_parameter" | "contradictory" | "invalid_value" | "too_long" | "control_character" | "not_a_date" | "not_an_instant" | "invalid_cursor" | "cursor_too_old" | "invalid_id" | "impossible_lei" | "impossible_vat" | "impossible_uscc" | "impossible_euid" | "unknown_authority" | "unknown_country" | "unknown_currency" | "not_an_amount" | "ambiguous_amount" | "too_many" | "malformed_json" | "unsupported_media_type" | "payload_too_large" | "not_found" | "method_not_allowed" | "not_acceptable" | "host_not_served" | "too_many_requests" | "database_unavailable" | "not_migrated" | "not_issuing" | "clock_wrong" | "key_not_here" | "key_not_logged" | "withheld_by_law" | "log_closed" | "not_signed_in" | "act_refused" | "forbidden" | "scope_missing" | "test_key_on_real_data" | "live_key_on_test_data" | "key_in_address" | "not_admitted" | "mistyped_receipt" | "unknown_receipt" | "no_visit" | "too_busy" | "incomplete_body" | "body_too_slow" | "file_empty" | "file_too_large" | "file_kind_not_taken" | "file_not_as_named" | "file_damaged" | "file_holds_another" | "file_not_cleaned" | "too_many_files" | "case_files_too_large" | "files_unavailable" | "unreadable_list" | "too_many_questions" | "doubled_key" | "broken_row" | "no_provider" | "intake_closed" | "not_now" | "illegal_move" | "stale_version" | "version_missing" | "repeat_differs" | "already_done" | "still_running" | "internal" | "http_error">;

/** Why something that says it was signed by the registry is not believed. */
export type ProofFlaw = Open<"too_large" | "malformed" | "algorithm_not_allowed" | "wrong_type" | "unknown_key" | "wrong_use" | "bad_signature" | "key_retired" | "key_compromised" | "not_in_log" | "lost_from_log" | "differs_from_log" | "from_the_future">;

export interface Proofs {
  /** Signed by the new key, with its attestation in the header. */
  jwt?: string[];
  /** The attestation of the new key, with a nonce of ours. */
  attestation?: string[];
}

export interface ProvenEntry {
  /** The exact bytes of the entry, base64. */
  entry: string;
  /** C2SP tlog-proof text. */
  proof: string;
}

export interface PushedRequest {
  /** With it the wallet leads the browser to the authorization endpoint. */
  request_uri: string;
  /** Seconds for which it is good. */
  expires_in: number;
}

export interface RangesAnswer {
  /** Where the worker is. */
  origin: string;
  /** Where the work is; absent where none was asked. */
  destination?: string;
  /** The answer to the plain worker's question. */
  verdict: Answer;
  /** Why, the deciding ones first. */
  reasons: RangesReason[];
  /** Its last day in UTC+8. Past it a reader says `too old`. */
  until: string;
}

export interface RangesEntry {
  /** The first 40 hexadecimal digits of the number's hash. */
  h: string;
  /** The agencies that the number leads to. */
  holders: RangesHolder[];
  /** Answers to the plain worker's question. */
  answers: RangesAnswer[];
}

export interface RangesEpoch {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** The log's entry of the epoch as it was hashed: JSON in RFC 8785's form, kept as text. */
  entry: string;
  /** The proof of the entry under a signed head (C2SP tlog-proof). */
  proof: string;
}

export interface RangesFile {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** How many bits of a hash name a file. */
  p: number;
  /** Number of the file in hexadecimal digits. */
  prefix: string;
  /** Numbers, by hash in ascending order. */
  entries: RangesEntry[];
  /** The agencies' records, for display. */
  records: (Record<string, unknown>)[];
}

export interface RangesHolder {
  /** Place among `records`. */
  record: number;
  /** The licences that a licence number names. */
  licences?: string[];
}

export interface RangesReason {
  /** The code. */
  code: ReasonCode;
  /** What its text speaks of; absent where it speaks of nothing. */
  values?: Record<string, unknown>;
  /** True of a reason that decides nothing. */
  informs?: boolean;
}

export interface Reason {
  /** The code, for programs; texts may change, codes do not. */
  code: ReasonCode;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** `decides`: the answer is this for it; `informs`: it says more. */
  weight: Weight;
  /** The rows of law that it stands on; empty for a reason of the register. */
  law: CitedRow[];
}

/** Why a verdict is what it is: docs/users/reasons.md. What stands in braces is filled in by the registry. A code that a program does not know is shown by its `text`, and the verdict stands. */
export type ReasonCode = Open<"licence_active" | "licence_provisional" | "licence_active_with_conditions" | "licence_under_surveillance" | "licence_renewal_pending_deemed_valid" | "licence_applied" | "licence_refused" | "licence_revocation_pending_appeal" | "licence_suspended" | "licence_winding_down" | "licence_renewal_refused" | "licence_expired" | "licence_surrendered" | "licence_revoked" | "licence_revoked_immediate" | "licence_banned" | "licence_annulled_entity_dissolved" | "licence_delisted" | "licence_expires_soon" | "not_yet_valid" | "no_licence_in_force" | "no_licence_recorded" | "status_not_stated" | "out_of_corridor" | "out_of_sector" | "out_of_region" | "out_of_condition" | "condition_not_judged" | "activity_not_permitted" | "not_a_recruitment_licence" | "legacy_licence_kind" | "scope_not_stated" | "context_needed" | "sector_revision_differs" | "permits_only" | "needs_licensed_sending_partner" | "foreign_licence_needs_entry" | "foreign_licence_sufficient" | "foreign_licence_needs_notice" | "foreign_licence_not_sufficient" | "foreign_licence_unknown" | "regime_unknown" | "law_in_transition" | "law_changes_soon" | "activity_prohibited" | "law_bars" | "law_may_bar" | "permits_by_quota" | "permits_not_given" | "other_permit_routes" | "permit_not_settled" | "law_conditions" | "disguised_lending" | "charges_by_law" | "licence_required" | "country_not_covered" | "no_licence_required" | "instead_of_licence" | "visa_does_not_allow_work" | "seasonal_permit_not_settled" | "visa_of_another_state" | "employer_needs_no_licence" | "contractor_sends_own_staff" | "ship_needs_seafarer_permit" | "not_work_recruitment" | "private_person_shows_no_licence" | "not_registered" | "authority_not_covered" | "list_lacks_number" | "not_on_list_of_place" | "source_stale" | "name_only" | "name_not_found" | "ambiguous" | "country_not_stated" | "identifier_change_under_review" | "uscc_check_failed" | "number_check_failed" | "registered_intermediary" | "correction_requested" | "clone_warning" | "name_differs" | "former_name" | "possible_clone" | "withheld_by_law" | "future_date" | "before_registry" | "history_before_first_retrieval" | "day_in_utc" | "past_date" | "agreement_registered" | "agreement_ended" | "agreement_not_covered" | "no_agreement_on_record" | "employer_not_licensed_by_design" | "wrong_role">;

export interface Receipt {
  /** The receipt as it was given: three parts with dots between. */
  receipt: string;
}

export interface ReceiptCheck {
  /** Whether the registry signed it and the key is still believed. */
  genuine: Answer;
  /** Why it is not believed; null where it is. */
  problem: Flaw | null;
  /** The key that signed; null where it is not known. */
  key: SigningKey | null;
  /** What was answered then; null where nothing of it may be believed. */
  then: AnswerThen | null;
  /** What the same question is answered today; null where it is no longer taken. */
  today: AnswerToday | null;
  /** The parts of the answer that are others today. */
  changed: string[];
}

export interface ReceiptSettings {
  /** For how many days what is kept today is kept. */
  days: number;
  /** Whether what the organisation's keys ask is kept without each question saying so. */
  is_archiving: boolean;
}

export interface ReceiptSettingsChange {
  /** How many days. */
  days: number;
  /** As it was where it is absent. A key may have its own choice. */
  is_archiving?: boolean;
}

export interface RecordDigest {
  /** Reference of the agency: twelve characters, the last of which checks the others. */
  agency_id: string;
  /** SHA-256 of its canonical bytes, base64url. */
  sha256: string;
}

/** Who offers the work. */
export type RecruiterKind = Open<"agency" | "employer" | "contractor" | "ship" | "school_or_family" | "private_person" | "unknown">;

/** What an advert asks for, promises or leaves out, the gravest first. */
export type RedFlagCode = Open<"smuggling" | "tourist_visa" | "business_visa" | "study_visa" | "family_visa" | "asylum_claim" | "sham_marriage" | "confinement" | "barred_work" | "passport" | "deposit" | "collateral" | "guarantor" | "debt_from_wages" | "penalty" | "fee" | "private_account" | "document_copies" | "false_papers" | "coached_lies" | "double_contract" | "borrowed_licence" | "wrong_paper" | "official_claim" | "quota_place" | "no_contract" | "no_permit" | "unpaid_work" | "long_hours" | "cash_wages" | "no_company">;

/** Why what a wallet showed is refused. */
export type Refusal = Open<"malformed" | "not_ours" | "altered" | "wrong_credential" | "not_valid_now" | "not_the_holder" | "for_another_request" | "not_disclosed" | "ended" | "suspended" | "another_agency" | "incomplete" | "declined">;

export interface Regime {
  /** Stable: reasons lead to it. */
  id: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Null: the whole country. */
  region: string | null;
  /** Law and article. */
  article: string | null;
  /** Title of what was read. */
  source: string;
  /** Who publishes the text that was read. */
  publisher_of_source: string | null;
  /** As the source says it. */
  source_date: string | null;
  /** When the registry collected it. */
  source_on: string;
  /** How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed. */
  mark: Mark;
  /** Where the text was read: at its publisher, a mirror, a second hand, or nowhere. */
  text_from: Open<"publisher" | "mirror" | "secondary" | "none">;
  /** The cited article was read whole. */
  is_whole_text: boolean;
  /** The state of the text. */
  as_of: string;
  /** `reading_day`: the text bears no day, its age is not known. */
  as_of_kind: Open<"text" | "guess" | "reading_day">;
  /** What is to be said of the day on which the text was read. */
  as_of_note: string | null;
  /** When the text was seen to be in force: its age counts from then, else from `as_of`. */
  in_force_on: string | null;
  /** Where it was seen. */
  in_force_source: string | null;
  /** Its age is known, and at most 24 months today: see `in_force_on`. */
  is_fresh: boolean;
  /** To be read again by this day. */
  check_by: string;
  /** By a lawyer; null: not yet. */
  confirmed_on: string | null;
  /** Address of the text or page. */
  url: string | null;
  /** What is to be said of it, in words; null where there is nothing. */
  note: string | null;
  /** Why it decides nothing. */
  disputed: string | null;
  /** Those alone are disputed; shown as unknown. */
  disputed_fields: string[];
  /** By which of the operator's overlays it stands here; null: as it was released. */
  overlay: number | null;
  /** When that came into force. */
  overlaid_on: string | null;
  /** What it may do to an answer: `blocks_yes` makes `unknown`, never `no`. */
  weight: Open<"shown" | "blocks_yes" | "decides_with_mark" | "decides">;
  /** Null: the first day was not read. */
  from: string | null;
  /** Last day; null: no end known. */
  to: string | null;
  /** The activity that the row of law is about. */
  activity: Open<"placement" | "temporary_work" | "labour_service_abroad" | "posting_in" | "seafarer_placement" | "project_contracting" | "contractor_staffing">;
  /** The rule by which it was judged. */
  rule: RegimeRule;
  /** About workers who stay, come in or go out alone. */
  scope: Open<"inland" | "inbound" | "outbound"> | null;
  /** Whom alone the row is about; null: everybody. */
  applies_only_to: string | null;
  /** What another EU state's licence is worth. */
  foreign_licence: ForeignLicence;
  /** What is to be said of bodies from abroad. */
  foreign_note: string | null;
  /** Whether the law forbids foreign bodies to do this at all. */
  are_foreign_bodies_prohibited: boolean;
  /** How long a licence holds, in words of the law. */
  validity: string | null;
  /** The guarantee that the law asks for; null where it asks for none. */
  guarantee: string | null;
  /** What stands in the place of a licence, where none is asked for. */
  instead: (Open<"notice" | "guarantee" | "register" | "conduct_rules" | "trade_notice" | "representative" | "home_licence" | "labour_contract">)[];
  /** What the law says of the time after a licence ended. */
  wind_down: string | null;
  /** How long existing placements may go on after `wind_down_after`; null: unknown. */
  wind_down_months: number | null;
  /** States after which running placements may be brought to an end. */
  wind_down_after: LicenceStatus[];
  /** States after which they may not. */
  wind_down_not_after: LicenceStatus[];
  /** NACE 2.1: for these alone. */
  nace: string[];
  /** NACE codes that the row leaves out. */
  nace_except: string[];
  /** Whether the NACE codes are wider or narrower than the law's words; null where they fit. */
  nace_fit: Open<"wider_than_law" | "narrower_than_law"> | null;
  /** A time of transition between two rules; null where there is none. */
  transition: Transition | null;
}

/** What a country requires for an activity. */
export type RegimeRule = Open<"licence" | "registration" | "notification" | "none" | "prohibited" | "unknown">;

export interface Regimes {
  /** The entries of this page, in the order of the operation. */
  items: Regime[];
  /** Countries whose law was read. */
  countries: CountryLaw[];
  /** Rows of law that limit a licence or a permit. */
  limits: Limit[];
  /** Rows of law about work permits. */
  permit_routes: PermitRoute[];
  /** Rows of law about charges. */
  fees: LawFee[];
  /** What the officer may do. */
  rights: LawRight[];
  /** Authorities that the law names. */
  authorities: LawAuthority[];
  /** Official lists that the law or an authority names. */
  official_lists: OfficialList[];
  /** Law that is made and not in force yet. */
  coming: Coming[];
  /** Rows of law about penalties. */
  penalties: Penalty[];
  /** The operator's corrections, the newest first, those withdrawn among them. */
  overlays: LawOverlay[];
}

export interface Release {
  /** The quarter, as `2026-Q3`. */
  quarter: string;
  /** Its first day. */
  from: string;
  /** Its last day. */
  to: string;
  /** Day on which the figures were closed; they do not change after. */
  closed_on: string;
  /** Version of the rules of counting and rounding. */
  rules: string;
  /** The tables of the release. */
  tables: StatisticsTable[];
}

export interface Replay {
  /** Send everything behind this cursor again; without it, all of it. */
  cursor?: string;
}

export interface Replayed {
  /** How many will be sent again. */
  events: number;
}

export interface Replies {
  /** One at most, today. */
  items: Reply[];
}

export interface Reply {
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** The day on which the authority let it be shown. */
  shown_on: string;
}

/** In which form the results of a job are had. */
export type ResultForm = Open<"jsonl" | "csv" | "xlsx" | "pdf" | "statements" | "manifest" | "chain">;

/** The end of a corridor at which an agency stands. */
export type Role = Open<"sending" | "receiving">;

export interface RowProof {
  /** Its place, from 0. */
  n: number;
  /** How many statements the manifest signs. */
  count: number;
  /** Its line of the statements, without a line feed. */
  statement: string;
  /** Hashes in base64, from the leaf's sibling upwards. */
  path: string[];
  /** The signed statement over all rows (JWS). */
  manifest: string;
}

/** Who answers a help line. */
export type RunBy = Open<"state" | "state_and_ngo" | "ngo" | "union" | "police" | "immigration" | "labour_inspection" | "emergency" | "not_confirmed">;

export interface Sanction {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** Twelve characters, the last a check character. */
  sanction_id: string;
  /** Which kind it is, of a closed set. */
  kind?: SanctionKind;
  /** Law and article on which it stands. */
  legal_ground?: string;
  /** Day on which it was published. */
  published_on?: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
  /** Twelve characters, the last a check character. */
  licence_id?: string;
  /** Whether an appeal stays the sanction. */
  is_stayed_by_appeal?: boolean;
  /** Last day for an appeal. */
  appeal_deadline?: string;
  /** Last day on which it may be published. */
  publish_until?: string;
  /** How the sanction ended. */
  ended_as?: SanctionEnd;
  /** Set where the law no longer lets the registry show this. */
  withheld?: string;
}

/** How a sanction ended before its time. */
export type SanctionEnd = Open<"lifted" | "overturned">;

/** What a sanction does. */
export type SanctionKind = Open<"warning_letter" | "conditions" | "points" | "fine" | "deposit_forfeiture" | "suspension" | "revocation" | "revocation_immediate" | "refusal_of_renewal" | "director_debarment" | "blacklisting" | "referral_to_prosecutor">;

/** What a key opens. `verify` gives the organisation's own limit. */
export type Scope = Open<"verify" | "jobs" | "watches" | "receipts" | "organisation">;

/** The script that a name is written in, ISO 15924. */
export type Script = Open<"hans" | "hant" | "latn" | "cyrl" | "grek" | "zyyy">;

export interface Search {
  /** Where the agency sits. */
  country?: CountryCode;
  /** Which end of the corridor it serves. */
  role?: Role;
  /** The authority of a licence of it. */
  authority?: string;
  /** The kind of a licence of it. */
  kind?: LicenceKind;
  /** From where its licence lets it recruit. */
  origin?: CountryCode;
  /** To where. */
  destination?: CountryCode;
  /** A NACE code, or its beginning. */
  sector?: string;
}

export interface Sector {
  /** The code, for programs; texts may change, codes do not. */
  code: string;
  /** Revision of the NACE code. */
  nace_revision: Open<"2.1" | "2.0">;
  /** In plain words of the asked language. */
  name: string;
  /** Eurostat's English name. */
  label: string;
}

export interface SectorScope {
  /** The code, for programs; texts may change, codes do not. */
  code: string;
  /** Revision of the NACE code. */
  nace_revision: Open<"2.1" | "2.0">;
}

export interface Sectors {
  /** The entries of this page, in the order of the operation. */
  items: Sector[];
}

export interface ShownPerson {
  /** Reference of the staff card. */
  card_id: string;
  /** Given name, as the agency stated it. */
  given_name: string;
  /** Family name, as the agency stated it. */
  family_name: string;
  /** `sha256-` and the base64 of the portrait's SHA-256. */
  portrait_digest: string | null;
}

export interface SigningKey {
  /** Id of the key: the beginning of its thumbprint (RFC 7638). */
  kid: string;
  /** State it is in, of a closed set. */
  state: Open<"active" | "retired" | "compromised">;
}

export interface SourceNote {
  /** Reference of the authority. */
  authority: string;
  /** The authority's name. */
  name: string;
  /** When the list was last read; null: never. */
  retrieved_at: string | null;
  /** It was too old to rely on. */
  is_stale: boolean;
}

export interface Stamp {
  /** Version of the format: 1. */
  v: number;
  /** What was stamped, in three lines: a name, the count, the root in base64. */
  head: string;
  /** Its place in the batch, from 0. */
  index: number;
  /** Hashes from there to the root, in the order of RFC 6962, base64. */
  path: string[];
  /** One of each authority that was asked. */
  timestamps: Timestamp[];
}

export interface Statistics {
  /** The newest first. */
  items: Release[];
}

export interface StatisticsCell {
  /** A country, NACE class, indicator or outcome as its code; `not_stated` where it was not said. */
  value: string;
  /** In words of the asked language. */
  name: string;
  /** Rounded to five; never below five. */
  count: number;
}

export interface StatisticsTable {
  /** By what the table counts. */
  dimension: Dimension;
  /** The figures of the table. */
  cells: StatisticsCell[];
  /** Sum of these cells, so less than all complaints; null by indicator: one may show several. */
  total: number | null;
}

export interface StatusPeriod {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** The status, of a closed set. */
  status?: LicenceStatus;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
  /** Citation of the law. */
  ground?: string;
  /** The ground, in words for people. */
  ground_text?: string;
  /** Last day on which the law lets this be shown. */
  publish_until?: string;
  /** Last day of a wind-down. */
  until?: string;
  /** An appeal stays it. */
  is_stayed?: boolean;
  /** Set where the law no longer lets the registry show this. */
  withheld?: string;
}

/** What comes before ending a relation with a recruiter who may not recruit, in this order. */
export type StepCode = Open<"stop_new_placements" | "wages_remain_owed" | "no_dismissal" | "no_report_of_workers" | "papers_given_back" | "fees_paid_back" | "help_named" | "provider_asked" | "authority_asked" | "ended_with_a_day">;

export interface StepToTake {
  /** The code, for programs; texts may change, codes do not. */
  code: StepCode;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

export interface Timestamp {
  /** Address at which the authority was asked. */
  authority: string;
  /** The instant that it states, UTC. */
  at: string;
  /** Its whole answer (TimeStampResp of RFC 3161), DER in Base64: `openssl ts -verify` reads it. */
  token: string;
}

export interface Timestamps {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** What was stamped: the three lines of the head, each with its line feed. */
  head: string;
  /** One of each authority that was asked. */
  timestamps: Timestamp[];
}

export interface Transition {
  /** First day; absent or null: not known. */
  from: string;
  /** Last day; absent or null: open, or not known. */
  to: string;
  /** What holds during the transition. */
  answer: Answer;
  /** For people, in the language of the answer; it may change. */
  text: string;
}

export interface TrustFile {
  /** Version of this form; a reader refuses one that it does not know. */
  v: number;
  /** Address of the registry. */
  issuer: string;
  /** Name of the log. */
  origin: string;
  /** Keys that heads of the log verify with, the active first. */
  log_keys: string[];
  /** Keys of a second signature under heads, by ML-DSA-44; often none. */
  ml_dsa_keys: string[];
  /** Which witnesses a head needs (C2SP tlog-policy). */
  policy: string;
  /** The root's certificate, DER in Base64; null where there is none. */
  root: string | null;
  /** Certificates of signing keys, DER in Base64. */
  certificates: string[];
}

export interface Verdict {
  /** `yes`, `no` or `unknown`; only `yes` is yes. */
  verdict: Answer;
  /** Whether workers who are placed already may go on; a `no` to recruiting ends no contract. */
  may_continue_existing_placements: Answer;
  /** The first decides, the rest explain. */
  reasons: Reason[];
  /** What to ask for before the answer can be another, in the order to ask it. */
  needs: Need[];
  /** Parameters of context that the question left open. */
  not_asked: string[];
  /** The question as it was understood, by the names of its parameters. */
  question: Record<string, string>;
  /** The day the answer is for. */
  on: string;
  /** The agency, in short; null where the question leads to none or to several. */
  agency: AgencySummary | null;
  /** The licence that decides, as it stands on the day; null where there is none. */
  licence: LicenceOnDay | null;
  /** Whom the subject may mean, where it does not say. */
  candidates: AgencyHit[];
  /** Licensed agencies whose name is near, while other data are not theirs. */
  possible_clone_of: Imitated[];
  /** The official list or text that says so, and how fresh it is. */
  source: SourceNote | null;
  /** Version of the operator's last correction of the law that the answer stands on; absent: the law as it was released. */
  law_overlay?: number;
  /** The answer as a signed statement (JWS), where `receipt` was asked for. */
  receipt?: string;
  /** Where it stands in your organisation's file, if it was kept. */
  receipt_id?: string;
}

export interface Verifications {
  /** The answers, in the order of the questions. */
  items: AnsweredItem[];
  /** How many of the items came out in which way. */
  counts: Counts;
  /** Of a file alone. */
  columns?: Columns;
  /** Where the list is kept: `/api/v1/archived-lists/<list_id>`. */
  list_id?: string;
}

/** A question with exactly one of licence_number, uscc, vat, lei, euid, registration_number, agency_id, name, and what the recruiting is for. An identifier may be said as `scheme` and `value` in place of the field of its scheme. */
export interface Verify {
  /** NACE division, group or class of the job. */
  sector?: string;
  /** Revision of `sector`, 2.1 if not said. Codes change meaning between revisions. */
  nace_revision?: Open<"2.1" | "2.0">;
  /** Day asked about. Without it: today, where the authority sits. */
  on?: string;
  /** On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever the number says. `work`: a visa or permit that allows it. */
  visa?: Visa;
  /** The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there. */
  nationality?: CountryCode;
  /** Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; `unknown`: the worker cannot say. */
  occupation?: string;
  /** The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a `yes` where a permit is closed. */
  work_permit?: string;
  /** Where in the country the job is, as `needs` names it: some rules differ by region. */
  region?: string;
  /** Who would employ the worker: `company` (a firm, body or other registered business), `household`, or `person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker cannot say. */
  employer?: EmployerKind;
  /** Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say. */
  shortage_job?: Answer;
  /** Number printed on the licence. Spaces, dashes, width and letter case do not matter. */
  licence_number?: string;
  /** Who issued `licence_number`: a number is unique only per authority. */
  authority?: string;
  /** Unified social credit code (China, GB 32100-2015). */
  uscc?: string;
  /** EU VAT number with its country prefix (Greece: EL). */
  vat?: string;
  /** Legal entity identifier (ISO 17442). */
  lei?: string;
  /** European unique identifier of a company. */
  euid?: string;
  /** Number in a national trade register; needs `country`. */
  registration_number?: string;
  /** Country of `registration_number`, ISO 3166-1 alpha-2. */
  country?: CountryCode;
  /** With `value`: an identifier as records have it, in place of the field of that name. */
  scheme?: IdentifierScheme;
  /** The identifier of the `scheme`. */
  value?: string;
  /** The registry's own reference of an agency. */
  agency_id?: string;
  /** Name in any script. A name alone is never `yes`: the answer lists candidates. */
  name?: string;
  /** Where recruiting happens (not nationality), ISO 3166-1 alpha-2. */
  origin?: CountryCode;
  /** Country of the job, ISO 3166-1 alpha-2. */
  destination?: CountryCode;
  /** What the recruiter would do. */
  activity?: Activity;
  /** Name on the paper beside the number: another's name is never `yes`, and who may be imitated is told. */
  claimed_name?: string;
  /** Who offers the work. A recruiter that is no agency needs another paper, and is never `not_registered`. */
  recruiter_kind?: RecruiterKind;
  /** Instant: answer as the registry would have answered then. */
  known_at?: string;
  /** `1` or `true`: answer with a signed receipt. It is not part of the question. */
  receipt?: boolean;
  /** `1` or `true`, with a key of the scope `receipts`: answer with a receipt and keep it in your organisation's file; `0` or `false`: keep nothing, whatever your organisation has chosen. It is not part of the question. */
  keep?: boolean;
}

/** On what the worker will travel or stay. */
export type Visa = Open<"tourist" | "business" | "study" | "none" | "work" | "seasonal" | "other_state" | "unknown">;

export interface WalletChallenge {
  /** A challenge for one wallet attestation, good for five minutes. */
  attestation_challenge: string;
}

export interface WalletIssuer {
  /** Address of the issuer, which is its name. */
  credential_issuer: string;
  /** Where credentials are had. */
  credential_endpoint: string;
  /** Where nonces for proofs are had. */
  nonce_endpoint: string;
  /** By its name each credential: format, type, proofs, and what wallets show. */
  credential_configurations_supported: Record<string, Record<string, unknown>>;
  /** The issuer's name. */
  display: (Record<string, unknown>)[];
  /** The registration certificate, where the operator has one. */
  issuer_info?: (Record<string, unknown>)[];
}

export interface WalletNonce {
  /** A nonce for one proof, good for five minutes. */
  c_nonce: string;
}

export interface WalletServer {
  /** Address of the server, which is its name. */
  issuer: string;
  /** Where the agency's representative allows it, in a browser. */
  authorization_endpoint: string;
  /** Where a request is pushed (RFC 9126). */
  pushed_authorization_request_endpoint: string;
  /** Where tokens are had. */
  token_endpoint: string;
  /** Where challenges for wallet attestations are had. */
  challenge_endpoint: string;
}

export interface WalletTokens {
  /** Bound to the key of the DPoP proof. */
  access_token: string;
  /** `DPoP`. */
  token_type: string;
  /** Seconds for which the access token is good. */
  expires_in: number;
  /** Gets another access token, for a year. It stays the same. */
  refresh_token: string;
}

export interface Warning {
  /** Reference of the list. */
  source: string;
  /** When the list that says so was read last. */
  retrieved_at: string;
  /** For people, in the language of the answer; it may change. */
  text: string;
  /** First day; absent or null: not known. */
  from?: string;
  /** Last day; absent or null: open, or not known. */
  to?: string;
}

export interface Watch {
  /** Reference of the watch. */
  watch_id: string;
  /** Your own name for it. */
  label: string;
  /** Which kind it is, of a closed set. */
  kind: WatchKind;
  /** Reference of the agency: twelve characters, the last of which checks the others. */
  agency_id: string | null;
  /** Reference of the licence: twelve characters, the last of which checks the others. */
  licence_id: string | null;
  /** What a saved search asks. */
  search: Record<string, string> | null;
  /** How many agencies it leads to now. */
  agencies: number;
  /** How many numbers of a list lead to no agency yet: they are waited for. */
  waiting: number;
  /** The types of events that were chosen; null: all. */
  types: EventType[] | null;
  /** Whether it tells nothing for now. */
  is_paused: boolean;
  /** Day on which it was made. */
  created_on: string;
  /** For If-Match, in quotes. */
  version: number;
}

export interface WatchChange {
  /** For yourself: no one else reads it. */
  label?: string;
  /** Of what happens during a pause you are not told afterwards. */
  is_paused?: boolean;
  /** Only events of these types; an empty list, or none: all. What was not chosen is not told afterwards. */
  types?: EventType[];
}

/** What is watched. */
export type WatchKind = Open<"agency" | "licence" | "list" | "search">;

export interface WatchMade {
  /** Reference of the watch. */
  watch_id: string;
  /** Your own name for it. */
  label: string;
  /** Which kind it is, of a closed set. */
  kind: WatchKind;
  /** Reference of the agency: twelve characters, the last of which checks the others. */
  agency_id: string | null;
  /** Reference of the licence: twelve characters, the last of which checks the others. */
  licence_id: string | null;
  /** What a saved search asks. */
  search: Record<string, string> | null;
  /** How many agencies it leads to now. */
  agencies: number;
  /** How many numbers of a list lead to no agency yet: they are waited for. */
  waiting: number;
  /** The types of events that were chosen; null: all. */
  types: EventType[] | null;
  /** Whether it tells nothing for now. */
  is_paused: boolean;
  /** Day on which it was made. */
  created_on: string;
  /** For If-Match, in quotes. */
  version: number;
  /** The places of those numbers in the list that was sent, from 1. Told this once. */
  waiting_lines: number[];
}

export interface WatchMake {
  /** For yourself: no one else reads it. */
  label: string;
  /** Watch this agency, with all its licences. */
  agency_id?: string;
  /** Watch this licence, and its holder. */
  licence_id?: string;
  /** Watch the agencies of these numbers, now or later; at most 20000. They are not kept. */
  numbers?: Number[];
  /** Watch whatever answers to this. */
  search?: Search;
  /** Only events of these types; an empty list, or none: all. What was not chosen is not told afterwards. */
  types?: EventType[];
}

export interface Watches {
  /** The entries of this page, in the order of the operation. */
  items: Watch[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

export interface Webhook {
  /** Reference of the webhook. */
  webhook_id: string;
  /** Address of the text or page. */
  url: string;
  /** Your own name for it. */
  label: string;
  /** The types of events that were chosen; null: all. */
  types: EventType[] | null;
  /** State it is in, of a closed set. */
  state: WebhookState;
  /** When it was made. */
  created_at: string;
  /** Since when nothing was taken. */
  failing_since: string | null;
  /** When it was switched off; null while it is on. */
  disabled_at: string | null;
  /** For If-Match, in quotes. */
  version: number;
}

export interface WebhookChange {
  /** Another address. */
  url?: string;
  /** For yourself: no one else reads it. */
  label?: string;
  /** Switch it on or off. What happens while it is off is not queued. */
  state?: WebhookState;
  /** Only events of these types; an empty list, or none: all. What was not chosen is not told afterwards. */
  types?: EventType[];
}

export interface WebhookMade {
  /** Reference of the webhook. */
  webhook_id: string;
  /** Address of the text or page. */
  url: string;
  /** Your own name for it. */
  label: string;
  /** The types of events that were chosen; null: all. */
  types: EventType[] | null;
  /** State it is in, of a closed set. */
  state: WebhookState;
  /** When it was made. */
  created_at: string;
  /** Since when nothing was taken. */
  failing_since: string | null;
  /** When it was switched off; null while it is on. */
  disabled_at: string | null;
  /** For If-Match, in quotes. */
  version: number;
  /** Checks signatures. Shown this once: keep it. */
  secret: string;
}

export interface WebhookMake {
  /** https, on the public internet, no redirect. */
  url: string;
  /** For yourself: no one else reads it. */
  label: string;
  /** Only events of these types; an empty list, or none: all. What was not chosen is not told afterwards. */
  types?: EventType[];
}

/** Whether a webhook is sent to. */
export type WebhookState = Open<"enabled" | "disabled">;

export interface WebhookTest {
  /** Which event is sent; `webhook.test` where it is absent. Any other needs a test key. */
  type?: EventType;
}

export interface Webhooks {
  /** The entries of this page, in the order of the operation. */
  items: Webhook[];
  /** `cursor` of the next page; null at the end. */
  next_cursor: string | null;
}

/** Whether a reason made the answer what it is. */
export type Weight = Open<"decides" | "informs">;

export interface WithdrawnLawRow {
  /** Id of the row of law. */
  row: string;
  /** Why, in words or as a code of a closed set. */
  reason: string;
}

/** What each operation takes and gives, by its name in the description. */
export interface Operations {
  /** Answer a request with a presentation, as `direct_post.jwt`. */
  answerPresentationRequest: {
    path: { token: string };
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: PresentationAnswered;
  };
  /** Ask a wallet for a licence, a staff card, or both. */
  askForPresentation: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: PresentationAsk;
    answer: PresentationAsked;
  };
  /** Cancel a job. What was answered so far is not shown. */
  cancelJob: {
    path: { job_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Job;
  };
  /** Check what a recruiter told a worker. */
  checkClaims: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Checks;
    answer: ChecksAnswer;
  };
  /** Check what a worker was asked for, or paid. */
  checkFees: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Fees;
    answer: FeeAnswer;
  };
  /** Create a job from a list of up to a million rows. */
  createJob: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: Job;
  };
  /** Create an API key; its text is in this answer alone. */
  createKey: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: KeyMake;
    answer: KeyMade;
  };
  /** Get a challenge for a wallet attestation. */
  createWalletChallenge: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: WalletChallenge;
  };
  /** Get the credential of a token, bound to a key of the wallet. */
  createWalletCredential: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: CredentialRequest;
    answer: IssuedCredentials;
  };
  /** Get a nonce for a proof. */
  createWalletNonce: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: WalletNonce;
  };
  /** Get tokens for an offer, a code or a refresh token. */
  createWalletTokens: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: WalletTokens;
  };
  /** Create a watch on an agency, a licence, a list of numbers, or the results of a search. */
  createWatch: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: WatchMake;
    answer: WatchMade;
  };
  /** Create a webhook. */
  createWebhook: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: WebhookMake;
    answer: WebhookMade;
  };
  /** Delete an archived list for good. A job that was archived is removed after its usual time. */
  deleteArchivedList: {
    path: { list_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Delete a job with its list and results, before they expire. */
  deleteJob: {
    path: { job_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Delete an archived receipt for good. */
  deleteReceipt: {
    path: { receipt_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Delete a watch. Earlier events stay in your feed. */
  deleteWatch: {
    path: { watch_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Delete a webhook with its log of deliveries; your events stay. */
  deleteWebhook: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Download all closed quarters as one table. */
  downloadStatistics: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Export archived receipts as a file, the oldest first; at most 10,000 in one. */
  exportReceipts: {
    path: Record<string, never>;
    query: { agency_id?: string; verdict?: Answer; from_on?: string; to_on?: string; text?: string; form: Open<"jsonl" | "csv" | "zip"> };
    body: undefined;
    answer: string;
  };
  /** Read the public record of an agency. */
  getAgency: {
    path: { agency_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Agency;
  };
  /** Read what the registry said of an agency over time, newest first. */
  getAgencyHistory: {
    path: { agency_id: string };
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: History;
  };
  /** Read an agency's licences with the status of each on a day. */
  getAgencyLicences: {
    path: { agency_id: string };
    query: { on?: string };
    body: undefined;
    answer: Licences;
  };
  /** Read what an agency says to a sanction or warning on its entry. */
  getAgencyReplies: {
    path: { agency_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Replies;
  };
  /** Read where the API is described. */
  getApi: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Api;
  };
  /** Read an archived list: how it was answered, and the manifest that signs its statements. */
  getArchivedList: {
    path: { list_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: ArchivedList;
  };
  /** Read the proof of one row of an archived list, to be shown without the others. */
  getArchivedListRowProof: {
    path: { list_id: string; row: string };
    query: Record<string, never>;
    body: undefined;
    answer: RowProof;
  };
  /** Download the statements of an archived list, a line for each row, which its manifest signs. */
  getArchivedListStatements: {
    path: { list_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read what changed since an index of the log, as JSON Feed 1.1. */
  getChanges: {
    path: Record<string, never>;
    query: { from?: number };
    body: undefined;
    answer: string;
  };
  /** Read what changed since an index of the log, as Atom. */
  getChangesAsAtom: {
    path: Record<string, never>;
    query: { from?: number };
    body: undefined;
    answer: string;
  };
  /** Read the newest head of the log: a signed note, with the witnesses' signatures. */
  getCheckpoint: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read which lists the registry holds, how complete and how fresh. */
  getCoverage: {
    path: Record<string, never>;
    query: { country?: CountryCode; known_at?: string };
    body: undefined;
    answer: Coverage;
  };
  /** Read where the issuer's keys are. */
  getCredentialIssuer: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Issuer;
  };
  /** Read the keys that sign credentials, status lists and receipts. */
  getCredentialKeys: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read what a licence credential says. */
  getCredentialType: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: CredentialType;
  };
  /** Read the manifest of the newest snapshot of the open dataset. */
  getDataset: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Dataset;
  };
  /** Read the description of the newest snapshot for catalogues, DCAT-AP 3. */
  getDatasetCatalogue: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read what changed from one snapshot to the next. */
  getDatasetDelta: {
    path: { delta: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read a file of a snapshot; its manifest names all of them. */
  getDatasetFile: {
    path: { snapshot: string; file: string };
    query: Record<string, never>;
    body: undefined;
    answer: Record<string, unknown>;
  };
  /** Read whether this process can serve. */
  getHealth: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Health;
  };
  /** Read the state of a job. */
  getJob: {
    path: { job_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Job;
  };
  /** Download the results of a finished job. */
  getJobResults: {
    path: { job_id: string; form: Open<"jsonl" | "csv" | "xlsx" | "pdf" | "statements" | "manifest" | "chain"> };
    query: { fields?: string };
    body: undefined;
    answer: string;
  };
  /** Read the proof of one row of a finished job, to be shown without the others. */
  getJobRowProof: {
    path: { job_id: string; row: string };
    query: Record<string, never>;
    body: undefined;
    answer: RowProof;
  };
  /** Read how many requests a key made on each day, also one that has ended. */
  getKeyUsage: {
    path: { key_id: string };
    query: { days?: number };
    body: undefined;
    answer: KeyUsage;
  };
  /** Read a licence with its status on a day. */
  getLicence: {
    path: { licence_id: string };
    query: { on?: string };
    body: undefined;
    answer: LicenceAnswer;
  };
  /** Read everything that is needed to check a licence off line. */
  getLicenceBundle: {
    path: { licence_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Bundle;
  };
  /** Read a licence as a signed credential. */
  getLicenceCredential: {
    path: { licence_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read the organisation and the scopes of your API key. */
  getOrganisation: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Organisation;
  };
  /** Read which witnesses a head needs. */
  getPolicy: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read what came of a request, for five minutes after it was made. */
  getPresentation: {
    path: { presentation_id: string };
    query: { response_code?: string };
    body: undefined;
    answer: Presentation;
  };
  /** Fetch what a wallet is asked. */
  getPresentationRequest: {
    path: { token: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Fetch what a wallet is asked, with a nonce of the wallet. */
  getPresentationRequestByPost: {
    path: { token: string };
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: string;
  };
  /** Read the proof that an entry stands in the log, under its newest head. */
  getProof: {
    path: { index: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read which paths a cache should drop for an epoch. */
  getRangesEnded: {
    path: { epoch: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read the newest epoch of range files: its entry of the log, and the proof of it. */
  getRangesEpoch: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: RangesEpoch;
  };
  /** Read a range file by its leaf hash. */
  getRangesFile: {
    path: { hash: string };
    query: Record<string, never>;
    body: undefined;
    answer: RangesFile;
  };
  /** Read the file of a prefix in the newest epoch, without a proof. */
  getRangesFileByPrefix: {
    path: { epoch: string; prefix: string };
    query: Record<string, never>;
    body: undefined;
    answer: RangesFile;
  };
  /** Read the hashes one step below a subtree, by its root. */
  getRangesTile: {
    path: { hash: string };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read an archived receipt. */
  getReceipt: {
    path: { receipt_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: ArchivedReceipt;
  };
  /** Read for how long receipts are archived, and whether all are. */
  getReceiptSettings: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: ReceiptSettings;
  };
  /** Read the sizes of the heads that an authority of others has stamped, one a line, the smallest first. */
  getStampedSizes: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read a status list. */
  getStatusList: {
    path: { number: number };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read the time stamps (RFC 3161) of the head of a size. */
  getTimestamps: {
    path: { size: string };
    query: Record<string, never>;
    body: undefined;
    answer: Timestamps;
  };
  /** Read the trust file, which offline verification needs. */
  getTrustFile: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: TrustFile;
  };
  /** Read the registry's own keys as a list of trusted entities (ETSI TS 119 602), a compact JWS. */
  getTrustList: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read the keys that heads verify with, one a line, the active first. */
  getVerifierKeys: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read what a staff card in a wallet says. */
  getWalletCardType: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: CredentialType;
  };
  /** Read what the registry issues to wallets; as a JWT where Accept prefers that. */
  getWalletIssuer: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: WalletIssuer;
  };
  /** Read what a licence in a wallet says. */
  getWalletLicenceType: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: CredentialType;
  };
  /** Read where wallets get their tokens. */
  getWalletServer: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: WalletServer;
  };
  /** Read a status list of what wallets have. */
  getWalletStatusList: {
    path: { number: number };
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Read one watch. */
  getWatch: {
    path: { watch_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Watch;
  };
  /** Read one webhook. */
  getWebhook: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Webhook;
  };
  /** List and search agencies. */
  listAgencies: {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string; fields?: string; q?: string; scheme?: IdentifierScheme; value?: string; country?: CountryCode; role?: Role; origin?: CountryCode; destination?: CountryCode; sector?: string; status?: LicenceStatus };
    body: undefined;
    answer: Agencies;
  };
  /** Verify the rows of an archived list again, and list those whose answers changed. */
  listArchivedListChanges: {
    path: { list_id: string };
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: ListChanges;
  };
  /** List archived lists, the newest first. */
  listArchivedLists: {
    path: Record<string, never>;
    query: { text?: string; from_on?: string; to_on?: string; limit?: number; cursor?: string };
    body: undefined;
    answer: ArchivedLists;
  };
  /** List the authorities that the registry knows. */
  listAuthorities: {
    path: Record<string, never>;
    query: { country?: CountryCode };
    body: undefined;
    answer: Authorities;
  };
  /** List deliveries, the newest first: pending, failed and delivered. */
  listDeliveries: {
    path: { webhook_id: string };
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: Deliveries;
  };
  /** List the events of your watches in order, from any cursor on. */
  listEvents: {
    path: Record<string, never>;
    query: { cursor?: string; limit?: number; types?: string };
    body: undefined;
    answer: Events;
  };
  /** List the rules that the fee checker knows, with source, date and mark. What is not listed is unknown. */
  listFeeRules: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: FeeRules;
  };
  /** List who helps, by country, and who runs each line. */
  listHelpLines: {
    path: Record<string, never>;
    query: { country?: CountryCode };
    body: undefined;
    answer: HelpLines;
  };
  /** List your organisation's jobs, the newest first. */
  listJobs: {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: Jobs;
  };
  /** List active API keys, the newest first. */
  listKeys: {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: Keys;
  };
  /** List the people of your organisation. */
  listMembers: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Members;
  };
  /** Verify archived questions again, and list the answers that changed. */
  listReceiptChanges: {
    path: Record<string, never>;
    query: { agency_id?: string; verdict?: Answer; from_on?: string; to_on?: string; text?: string; limit?: number; cursor?: string };
    body: undefined;
    answer: ChangedReceipts;
  };
  /** List archived receipts, the newest first. */
  listReceipts: {
    path: Record<string, never>;
    query: { agency_id?: string; verdict?: Answer; from_on?: string; to_on?: string; text?: string; limit?: number; cursor?: string };
    body: undefined;
    answer: ArchivedReceipts;
  };
  /** List the law that the registry holds: what each country asks for an activity, its limits, routes and fees. */
  listRegimes: {
    path: Record<string, never>;
    query: { country?: CountryCode; activity?: Open<"placement" | "temporary_work" | "labour_service_abroad" | "posting_in" | "seafarer_placement" | "project_contracting" | "contractor_staffing">; on?: string };
    body: undefined;
    answer: Regimes;
  };
  /** List the classes of work in which workers of these corridors are most at risk. */
  listSectors: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Sectors;
  };
  /** List how many complaints came in each closed quarter. */
  listStatistics: {
    path: Record<string, never>;
    query: { quarter?: string };
    body: undefined;
    answer: Statistics;
  };
  /** List your watches, the newest first. */
  listWatches: {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: Watches;
  };
  /** List your webhooks, the newest first. */
  listWebhooks: {
    path: Record<string, never>;
    query: { limit?: number; cursor?: string };
    body: undefined;
    answer: Webhooks;
  };
  /** Read what a row can be extended by. */
  proposeProperties: {
    path: Record<string, never>;
    query: { type?: Open<"agency" | "sending" | "receiving"> };
    body: undefined;
    answer: {
      /** The type that was asked about. */
      type: string;
      /** What a row can be extended by. */
      properties: ({
        /** As queries have it. */
        id: string;
        /** As people read it. */
        name: string;
        /** More of it. */
        description?: string;
      })[];
    };
  };
  /** Push an authorization request (RFC 9126). */
  pushWalletAuthorization: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: PushedRequest;
  };
  /** Check the signature of an archived receipt, and verify its question again. */
  recheckReceipt: {
    path: { receipt_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: ArchivedReceiptCheck;
  };
  /** Match rows of a table with agencies. */
  reconcile: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Blob | Uint8Array;
    answer: Record<string, {
      /** The best first. */
      result: ({
        /** As queries have it. */
        id: string;
        /** As people read it. */
        name: string;
        /** More of it. */
        description?: string;
        /** What it is. */
        type?: ({
          /** As queries have it. */
          id: string;
          /** As people read it. */
          name: string;
          /** More of it. */
          description?: string;
        })[];
        /** How near it is, 0 to 100. */
        score: number;
        /** Whether it is the one, by whole numbers that lead to no other. A name alone is never a match. */
        match: boolean;
        /** How near the name is, and whether a number leads here. */
        features?: ({
          /** `name` or `number`. */
          id?: string;
          /** 0 to 100, or true or false. */
          value?: number | boolean;
        })[];
      })[];
    }> | {
      /** The properties that were asked for. */
      meta: ({
        /** As queries have it. */
        id: string;
        /** As people read it. */
        name: string;
        /** More of it. */
        description?: string;
      })[];
      /** By the agency's reference its values of each property, each as `str`. */
      rows: Record<string, Record<string, (Record<string, unknown>)[]>>;
    };
  };
  /** Replace the list of numbers of a watch. */
  replaceWatchedNumbers: {
    path: { watch_id: string };
    query: Record<string, never>;
    body: Numbers;
    answer: WatchMade;
  };
  /** Replay all events after a cursor to a webhook, in order, with the same ids. */
  replayToWebhook: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: Replay;
    answer: Replayed;
  };
  /** Send one event again, with the same id. */
  resendEvent: {
    path: { webhook_id: string; event_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Delivery;
  };
  /** Revoke a key immediately, also the one of this request, and the keys that it made. */
  revokeKey: {
    path: { key_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Replace an API key by a new one of the same label, scopes, networks and validity. */
  rotateKey: {
    path: { key_id: string };
    query: Record<string, never>;
    body: KeyExchange;
    answer: KeyMade;
  };
  /** Rotate the secret of a webhook. */
  rotateWebhookSecret: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: WebhookMade;
  };
  /** Set what the rows of a job ask and which column holds what, before it is started. */
  setJobColumns: {
    path: { job_id: string };
    query: Record<string, never>;
    body: ChosenColumns;
    answer: Job;
  };
  /** Read what the service of name matching offers. */
  showReconciliation: {
    path: Record<string, never>;
    query: { queries?: string };
    body: undefined;
    answer: {
      /** Of the protocol. */
      versions: string[];
      /** The service's name. */
      name: string;
      /** What the ids of agencies stand in. */
      identifierSpace: string;
      /** What the ids of properties stand in. */
      schemaSpace: string;
      /** Queries in one request, at most. */
      batchSize: number;
    } | Record<string, {
      /** The best first. */
      result: ({
        /** As queries have it. */
        id: string;
        /** As people read it. */
        name: string;
        /** More of it. */
        description?: string;
        /** What it is. */
        type?: ({
          /** As queries have it. */
          id: string;
          /** As people read it. */
          name: string;
          /** More of it. */
          description?: string;
        })[];
        /** How near it is, 0 to 100. */
        score: number;
        /** Whether it is the one, by whole numbers that lead to no other. A name alone is never a match. */
        match: boolean;
        /** How near the name is, and whether a number leads here. */
        features?: ({
          /** `name` or `number`. */
          id?: string;
          /** 0 to 100, or true or false. */
          value?: number | boolean;
        })[];
      })[];
    }>;
  };
  /** Start a job. Starting it again changes nothing. */
  startJob: {
    path: { job_id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Job;
  };
  /** Stream all changes, as server-sent events. */
  streamChanges: {
    path: Record<string, never>;
    query: { from?: string };
    body: undefined;
    answer: string;
  };
  /** Stream events for your watches, as server-sent events. */
  streamEvents: {
    path: Record<string, never>;
    query: { cursor?: string; types?: string };
    body: undefined;
    answer: string;
  };
  /** Find an agency, property or type while it is typed. */
  suggestReconciliation: {
    path: { kind: Open<"entity" | "property" | "type"> };
    query: { prefix?: string };
    body: undefined;
    answer: {
      /** The best first. */
      result: ({
        /** As queries have it. */
        id: string;
        /** As people read it. */
        name: string;
        /** More of it. */
        description?: string;
      })[];
    };
  };
  /** Send a test event: `webhook.test`, or with a test key one of any type, about an agency of the demo. */
  testWebhook: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: WebhookTest | undefined;
    answer: Delivery;
  };
  /** Set for how long new receipts are archived, and whether all are. */
  updateReceiptSettings: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: ReceiptSettingsChange;
    answer: ReceiptSettings;
  };
  /** Rename, pause or resume a watch, or choose of which types of events it tells. */
  updateWatch: {
    path: { watch_id: string };
    query: Record<string, never>;
    body: WatchChange;
    answer: Watch;
  };
  /** Change the URL, name or types of events of a webhook, or switch it off and on. */
  updateWebhook: {
    path: { webhook_id: string };
    query: Record<string, never>;
    body: WebhookChange;
    answer: Webhook;
  };
  /** Ask whether a recruiter may recruit. */
  verify: {
    path: Record<string, never>;
    query: { sector?: string; nace_revision?: Open<"2.1" | "2.0">; on?: string; visa?: Visa; nationality?: CountryCode; occupation?: string; work_permit?: string; region?: string; employer?: EmployerKind; shortage_job?: Answer; licence_number?: string; authority?: string; uscc?: string; vat?: string; lei?: string; euid?: string; registration_number?: string; country?: CountryCode; scheme?: IdentifierScheme; value?: string; agency_id?: string; name?: string; origin?: CountryCode; destination?: CountryCode; activity?: Activity; claimed_name?: string; recruiter_kind?: RecruiterKind; known_at?: string; receipt?: boolean };
    body: undefined;
    answer: Verdict;
  };
  /** Ask whether a recruiter may recruit, with the question in the body instead of the URL. */
  verifyByPost: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Verify;
    answer: Verdict;
  };
  /** Ask about both ends of a corridor and the agreement between them. */
  verifyCorridor: {
    path: Record<string, never>;
    query: { sector?: string; nace_revision?: Open<"2.1" | "2.0">; on?: string; visa?: Visa; nationality?: CountryCode; occupation?: string; work_permit?: string; region?: string; employer?: EmployerKind; shortage_job?: Answer; sending: string; sending_scheme?: IdentifierScheme; receiving?: string; receiving_scheme?: IdentifierScheme; receiving_employer?: string; destination: CountryCode; activity?: Activity; known_at?: string; receipt?: boolean };
    body: undefined;
    answer: CorridorVerdict;
  };
  /** Ask about a corridor with the question in the body instead of the URL, so that no log on the way holds it. */
  verifyCorridorByPost: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: CorridorQuery;
    answer: CorridorVerdict;
  };
  /** Ask about many recruiters in one go. */
  verifyMany: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Items;
    answer: Verifications;
  };
  /** Ask about many corridors in one go. */
  verifyManyCorridors: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: CorridorItems;
    answer: CorridorVerifications;
  };
  /** Check a receipt of an earlier answer, and ask the same again. */
  verifyReceipt: {
    path: Record<string, never>;
    query: Record<string, never>;
    body: Receipt;
    answer: ReceiptCheck;
  };
}

/** Method and path of each operation. */
export const OPERATIONS = {
  answerPresentationRequest: ["POST", "/presentations/{token}/answer"],
  askForPresentation: ["POST", "/api/v1/presentations"],
  cancelJob: ["POST", "/api/v1/verification-jobs/{job_id}/cancel"],
  checkClaims: ["POST", "/api/v1/checks"],
  checkFees: ["POST", "/api/v1/fees"],
  createJob: ["POST", "/api/v1/verification-jobs"],
  createKey: ["POST", "/api/v1/organisation/keys"],
  createWalletChallenge: ["POST", "/wallets/challenge"],
  createWalletCredential: ["POST", "/wallets/credential"],
  createWalletNonce: ["POST", "/wallets/nonce"],
  createWalletTokens: ["POST", "/wallets/token"],
  createWatch: ["POST", "/api/v1/watches"],
  createWebhook: ["POST", "/api/v1/webhooks"],
  deleteArchivedList: ["DELETE", "/api/v1/archived-lists/{list_id}"],
  deleteJob: ["DELETE", "/api/v1/verification-jobs/{job_id}"],
  deleteReceipt: ["DELETE", "/api/v1/receipts/{receipt_id}"],
  deleteWatch: ["DELETE", "/api/v1/watches/{watch_id}"],
  deleteWebhook: ["DELETE", "/api/v1/webhooks/{webhook_id}"],
  downloadStatistics: ["GET", "/api/v1/statistics.csv"],
  exportReceipts: ["GET", "/api/v1/receipts/export"],
  getAgency: ["GET", "/api/v1/agencies/{agency_id}"],
  getAgencyHistory: ["GET", "/api/v1/agencies/{agency_id}/history"],
  getAgencyLicences: ["GET", "/api/v1/agencies/{agency_id}/licences"],
  getAgencyReplies: ["GET", "/api/v1/agencies/{agency_id}/replies"],
  getApi: ["GET", "/api/v1"],
  getArchivedList: ["GET", "/api/v1/archived-lists/{list_id}"],
  getArchivedListRowProof: ["GET", "/api/v1/archived-lists/{list_id}/proofs/{row}"],
  getArchivedListStatements: ["GET", "/api/v1/archived-lists/{list_id}/statements"],
  getChanges: ["GET", "/changes.json"],
  getChangesAsAtom: ["GET", "/changes.atom"],
  getCheckpoint: ["GET", "/log/checkpoint"],
  getCoverage: ["GET", "/api/v1/coverage"],
  getCredentialIssuer: ["GET", "/.well-known/jwt-vc-issuer"],
  getCredentialKeys: ["GET", "/.well-known/jwks.json"],
  getCredentialType: ["GET", "/vct/recruitment-licence/v1"],
  getDataset: ["GET", "/dataset"],
  getDatasetCatalogue: ["GET", "/dataset/catalog.jsonld"],
  getDatasetDelta: ["GET", "/dataset/deltas/{delta}"],
  getDatasetFile: ["GET", "/dataset/{snapshot}/{file}"],
  getHealth: ["GET", "/health"],
  getJob: ["GET", "/api/v1/verification-jobs/{job_id}"],
  getJobResults: ["GET", "/api/v1/verification-jobs/{job_id}/results/{form}"],
  getJobRowProof: ["GET", "/api/v1/verification-jobs/{job_id}/proofs/{row}"],
  getKeyUsage: ["GET", "/api/v1/organisation/keys/{key_id}/usage"],
  getLicence: ["GET", "/api/v1/licences/{licence_id}"],
  getLicenceBundle: ["GET", "/api/v1/licences/{licence_id}/bundle"],
  getLicenceCredential: ["GET", "/api/v1/licences/{licence_id}/credential"],
  getOrganisation: ["GET", "/api/v1/organisation"],
  getPolicy: ["GET", "/log/policy"],
  getPresentation: ["GET", "/api/v1/presentations/{presentation_id}"],
  getPresentationRequest: ["GET", "/presentations/{token}"],
  getPresentationRequestByPost: ["POST", "/presentations/{token}"],
  getProof: ["GET", "/log/proof/{index}"],
  getRangesEnded: ["GET", "/ranges/ended/{epoch}"],
  getRangesEpoch: ["GET", "/ranges/current"],
  getRangesFile: ["GET", "/ranges/file/{hash}"],
  getRangesFileByPrefix: ["GET", "/ranges/{epoch}/{prefix}"],
  getRangesTile: ["GET", "/ranges/tile/{hash}"],
  getReceipt: ["GET", "/api/v1/receipts/{receipt_id}"],
  getReceiptSettings: ["GET", "/api/v1/receipts/settings"],
  getStampedSizes: ["GET", "/log/timestamps/sizes"],
  getStatusList: ["GET", "/status/{number}"],
  getTimestamps: ["GET", "/log/timestamps/{size}"],
  getTrustFile: ["GET", "/.well-known/registry-trust.json"],
  getTrustList: ["GET", "/.well-known/lote"],
  getVerifierKeys: ["GET", "/log/vkey"],
  getWalletCardType: ["GET", "/vct/recruiter-staff-card/v1"],
  getWalletIssuer: ["GET", "/.well-known/openid-credential-issuer"],
  getWalletLicenceType: ["GET", "/vct/recruitment-licence/v2"],
  getWalletServer: ["GET", "/.well-known/oauth-authorization-server"],
  getWalletStatusList: ["GET", "/status/w/{number}"],
  getWatch: ["GET", "/api/v1/watches/{watch_id}"],
  getWebhook: ["GET", "/api/v1/webhooks/{webhook_id}"],
  listAgencies: ["GET", "/api/v1/agencies"],
  listArchivedListChanges: ["GET", "/api/v1/archived-lists/{list_id}/changes"],
  listArchivedLists: ["GET", "/api/v1/archived-lists"],
  listAuthorities: ["GET", "/api/v1/authorities"],
  listDeliveries: ["GET", "/api/v1/webhooks/{webhook_id}/deliveries"],
  listEvents: ["GET", "/api/v1/events"],
  listFeeRules: ["GET", "/api/v1/fee-rules"],
  listHelpLines: ["GET", "/api/v1/help-lines"],
  listJobs: ["GET", "/api/v1/verification-jobs"],
  listKeys: ["GET", "/api/v1/organisation/keys"],
  listMembers: ["GET", "/api/v1/organisation/members"],
  listReceiptChanges: ["GET", "/api/v1/receipts/changes"],
  listReceipts: ["GET", "/api/v1/receipts"],
  listRegimes: ["GET", "/api/v1/regimes"],
  listSectors: ["GET", "/api/v1/sectors"],
  listStatistics: ["GET", "/api/v1/statistics"],
  listWatches: ["GET", "/api/v1/watches"],
  listWebhooks: ["GET", "/api/v1/webhooks"],
  proposeProperties: ["GET", "/api/v1/reconcile/properties"],
  pushWalletAuthorization: ["POST", "/wallets/par"],
  recheckReceipt: ["GET", "/api/v1/receipts/{receipt_id}/check"],
  reconcile: ["POST", "/api/v1/reconcile"],
  replaceWatchedNumbers: ["PUT", "/api/v1/watches/{watch_id}/numbers"],
  replayToWebhook: ["POST", "/api/v1/webhooks/{webhook_id}/replay"],
  resendEvent: ["POST", "/api/v1/webhooks/{webhook_id}/deliveries/{event_id}"],
  revokeKey: ["DELETE", "/api/v1/organisation/keys/{key_id}"],
  rotateKey: ["POST", "/api/v1/organisation/keys/{key_id}/exchange"],
  rotateWebhookSecret: ["POST", "/api/v1/webhooks/{webhook_id}/secret"],
  setJobColumns: ["PUT", "/api/v1/verification-jobs/{job_id}/columns"],
  showReconciliation: ["GET", "/api/v1/reconcile"],
  startJob: ["POST", "/api/v1/verification-jobs/{job_id}/start"],
  streamChanges: ["GET", "/changes.stream"],
  streamEvents: ["GET", "/api/v1/events/stream"],
  suggestReconciliation: ["GET", "/api/v1/reconcile/suggest/{kind}"],
  testWebhook: ["POST", "/api/v1/webhooks/{webhook_id}/test"],
  updateReceiptSettings: ["PUT", "/api/v1/receipts/settings"],
  updateWatch: ["PATCH", "/api/v1/watches/{watch_id}"],
  updateWebhook: ["PATCH", "/api/v1/webhooks/{webhook_id}"],
  verify: ["GET", "/api/v1/verify"],
  verifyByPost: ["POST", "/api/v1/verify"],
  verifyCorridor: ["GET", "/api/v1/corridor"],
  verifyCorridorByPost: ["POST", "/api/v1/corridor"],
  verifyMany: ["POST", "/api/v1/verifications"],
  verifyManyCorridors: ["POST", "/api/v1/corridor-verifications"],
  verifyReceipt: ["POST", "/api/v1/receipts/verify"],
} as const satisfies Record<keyof Operations, readonly [string, string]>;
