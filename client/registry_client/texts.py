"""Labels and words of the field, in English and Chinese, by the code they are found under; the reasons stand beside."""

from registry_client.monitor_reasons import MONITOR_REASONS
from registry_client.range_reasons import RANGE_REASONS
from registry_client.reasons import REASONS as PAPER_REASONS

LANGUAGES = ("en", "zh-Hans")

REASONS = PAPER_REASONS | MONITOR_REASONS | RANGE_REASONS

PRIVATE: dict[str, tuple[str, str]] = {
    "private_absent": (
        "the registry published nothing under this number as of {made}, and that is proven. It is no proof that a "
        "licence is not needed, or that the number was read right",
        "截至 {made}，登记处未公布此号码的任何记录，且可证明。但这不说明无需许可，也不说明号码抄写无误",
    ),
    "private_old_clock": (
        "the files are of {made}, later than this machine's clock: set the clock and ask again",
        "数据日期为 {made}，晚于本机时钟：请校正时钟后再查",
    ),
    "private_old_epoch": (
        "the newest files are of {made}: nothing is read from them; ask another mirror or the registry",
        "最新数据为 {made}，已过时，不作答；请换镜像或直接查询登记处",
    ),
    "private_no_name": ("no name is public", "姓名不公开"),
    "private_no_answer": (
        "no answer was made for {destination}: ask the registry, or see the answers without --destination",
        "没有针对 {destination} 的现成答复：请查询登记处，或不加 --destination 查看全部",
    ),
    "private_until": ("holds until {until}", "有效至 {until}"),
    "private_proof": (
        "proven: epoch {epoch}, file {file}…, entry {index} of the signed log of {size}",
        "已证明：第 {epoch} 期，文件 {file}…，签名日志（共 {size} 条）第 {index} 条",
    ),
    "private_not_witnessed": (
        "the head of the log has not the witnesses that the trust file asks for",
        "日志头未达到信任文件要求的见证",
    ),
    "private_told": (
        "told to the server: {bits} bits of a hash ({prefix}), which {keys} known numbers share",
        "告知服务器的只有散列的 {bits} 位（{prefix}），与 {keys} 个已登记号码共用",
    ),
}
"""What `verify --private` says."""

VERDICTS: dict[str, tuple[str, str]] = {
    "issued": ("issued", "签发"),
    "logged": ("logged", "入日志"),
    "in_force": ("in force", "有效"),
    "log": ("log", "日志"),
    "lists": ("status lists", "状态表"),
    "ranges": ("range files", "范围文件"),
    "answers": ("answers", "应答"),
    "dataset": ("dataset", "数据集"),
}

STATES: dict[str, tuple[str, str]] = {
    "good": ("good", "是"),
    "bad": ("BAD", "否"),
    "unknown": ("unknown", "不明"),
    "note": ("note", "附注"),
}

KINDS: dict[str, tuple[str, str]] = {
    "bundle": ("Licence with everything to check it (bundle)", "许可及全部核验材料"),
    "credential": ("Licence credential", "许可凭证"),
    "code": ("Code on paper", "纸上二维码"),
    "staff_card": ("Code of a recruiter's card", "招工人员卡二维码"),
    "receipt": ("Check receipt", "查询回执"),
    "manifest": ("Manifest of the answers to a list", "名单答复总表"),
    "row": ("One row of the answers to a list", "名单答复中的一行"),
    "status_list": ("Status list", "状态表"),
    "checkpoint": ("Head of the log", "日志头"),
    "proof": ("Proof of a log entry", "日志条目证明"),
    "unit_key": ("Key to which complaints are sealed", "加密投诉的密钥"),
    "token": ("Signed token of an unknown kind", "未知类型的签名件"),
    "pdf_bundle": ("PDF: what counts is the bundle attached to it, not its pages", "PDF：以所附材料为准，不以页面为准"),
    "pdf_credential": (
        "PDF: what counts is the credential attached to it, not its pages",
        "PDF：以所附凭证为准，不以页面为准",
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "registry": ("registry", "登记处"),
    "licence_id": ("reference", "编号"),
    "card_id": ("card", "卡号"),
    "person": ("name of the person", "姓名"),
    "portrait": ("SHA-256 of the photo", "照片的 SHA-256"),
    "number": ("licence number", "许可证号"),
    "kind": ("kind", "种类"),
    "country": ("country of the authority", "发证国"),
    "authority": ("authority", "发证机关"),
    "holder": ("holder", "持有人"),
    "holder_reference": ("holder (no name is public)", "持有人（姓名不公开）"),
    "holder_country": ("country of the holder", "持有人所在国"),
    "holder_role": ("role of the holder", "持有人角色"),
    "valid_from": ("valid from", "有效期自"),
    "valid_to": ("last day", "最后一日"),
    "valid_until": ("ends before", "有效期止于"),
    "corridors": ("corridors", "派出通道"),
    "sectors": ("sectors", "行业"),
    "activities": ("activities", "业务"),
    "conditions": ("conditions", "条件"),
    "source": ("list it was read from", "来源名单"),
    "issued_at": ("signed", "签署时间"),
    "asked_at": ("asked", "查询时间"),
    "question": ("question", "问题"),
    "list": ("list", "名单"),
    "rows": ("rows", "行数"),
    "row": ("row, counted from 0, of how many", "第几行（从 0 起数）/ 总行数"),
    "key": ("your own key", "您自己的编号"),
    "refused": ("refused", "未答复原因"),
    "answer": ("answer", "回答"),
    "existing_placements": ("may go on with existing placements", "已派人员可否继续"),
    "reasons": ("reasons", "理由"),
    "day": ("day", "日期"),
    "record": ("record it stands on", "所据记录"),
    "address": ("address", "地址"),
    "places_invalid": ("places that are ended for good", "已终止的位置数"),
    "places_suspended": ("places that are suspended", "已暂停的位置数"),
    "origin": ("log", "日志"),
    "size": ("entries", "条目数"),
    "root": ("root", "根哈希"),
    "entry": ("entry of", "条目对象"),
    "type": ("type", "类型"),
    "at": ("time claimed", "所称时间"),
    "unit_key": ("key", "密钥"),
    "unit_key_use": ("use", "用途"),
    "unit_key_holder": ("whose", "持有者"),
}

SENTENCES: dict[str, tuple[str, str]] = {
    "as_of": ("Judged as of {at}", "判断时点：{at}"),
    "what_is_signed": (
        "What is signed. Believe this, not the paper it stands on:",
        "以下为签名所涵盖的内容。请以此为准，不以纸面为准：",
    ),
    "nothing_signed": (
        "Nothing is shown of what it says, because it is not known to be genuine.",
        "因不能确认其真实，不显示其内容。",
    ),
    "head": ("Log {origin}: {size} entries, root {root}", "日志 {origin}：{size} 条，根哈希 {root}"),
    "trust_intro": ("Trust file of {issuer}, log {origin}", "{issuer} 的信任文件，日志 {origin}"),
    "trust_root": ("root certificate, SHA-256", "根证书 SHA-256"),
    "trust_log_key": ("log key, SHA-256", "日志密钥 SHA-256"),
    "trust_key": ("{use} key {kid}, until {until}", "{use} 密钥 {kid}，有效至 {until}"),
    "trust_quorum": ("witnesses: {witnesses}; asked for: {quorum}", "见证人：{witnesses}；要求：{quorum}"),
    "trust_compare": (
        "Compare these fingerprints by another way than this address: by telephone, on paper, from somebody who has them.",
        "请以此地址以外的途径核对上述指纹：电话、纸质文件，或已持有者。",
    ),
}

CODES: dict[str, tuple[str, str]] = {
    "applied": ("applied for", "申请中"),
    "refused": ("refused", "未获批准"),
    "provisional": ("provisional", "临时有效"),
    "active": ("active", "有效"),
    "active_with_conditions": ("active with conditions", "附条件有效"),
    "under_surveillance": ("active, under surveillance", "有效，受监督"),
    "renewal_pending_deemed_valid": ("renewal pending, deemed valid", "续期审查中，视为有效"),
    "revocation_pending_appeal": ("revoked, stayed by an appeal", "吊销，因申诉暂缓执行"),
    "suspended": ("suspended", "暂停"),
    "winding_down": ("winding down", "限期清退"),
    "renewal_refused": ("renewal refused", "不予续期"),
    "expired": ("expired", "到期"),
    "surrendered": ("surrendered", "主动交回"),
    "revoked": ("revoked", "吊销"),
    "revoked_immediate": ("revoked with immediate effect", "立即吊销"),
    "banned": ("banned", "禁止从业"),
    "annulled_entity_dissolved": ("ended, holder dissolved", "持有人注销而终止"),
    "delisted": ("no longer on the list", "已从名单中移除"),
    "cn_foreign_labour_service_cooperation": ("foreign labour service cooperation (China)", "对外劳务合作经营资格"),
    "cn_overseas_employment_intermediary_legacy": (
        "overseas employment intermediary, old kind (China)",
        "境外就业中介（旧）",
    ),
    "cn_human_resources_service": ("human resources service, domestic (China)", "人力资源服务许可"),
    "cn_domestic_labour_dispatch": ("domestic labour dispatch (China)", "劳务派遣经营许可"),
    "cn_seafarer_dispatch": ("seafarer dispatch (China)", "海员外派机构资质"),
    "it_somministrazione_generalista": ("temporary work, general (Italy)", "意大利劳务派遣（综合）"),
    "it_somministrazione_specialista": ("temporary work, specialised (Italy)", "意大利劳务派遣（专项）"),
    "it_intermediazione": ("placement (Italy)", "意大利职业中介"),
    "it_ricerca_selezione": ("search and selection (Italy)", "意大利人才寻访"),
    "it_ricollocazione": ("outplacement support (Italy)", "意大利再就业支持"),
    "de_aueg": ("temporary work (Germany)", "德国劳务派遣许可"),
    "pl_posrednictwo_kraj": ("placement in Poland", "波兰境内职业中介"),
    "pl_posrednictwo_zagranica": ("placement abroad (Poland)", "波兰境外职业中介"),
    "pl_doradztwo_personalne": ("personnel consultancy (Poland)", "波兰人事咨询"),
    "pl_poradnictwo_zawodowe": ("career guidance (Poland)", "波兰职业指导"),
    "pl_praca_tymczasowa": ("temporary work (Poland)", "波兰临时用工"),
    "cz_zprostredkovani_zamestnani": ("employment mediation (Czechia)", "捷克就业中介"),
    "cz_vyhledavani_zamestnani": ("job search for workers (Czechia)", "捷克求职服务"),
    "cz_zamestnavani_osob": ("temporary work (Czechia)", "捷克劳务派遣"),
    "cz_poradenska_cinnost": ("counselling (Czechia)", "捷克就业咨询"),
    "nl_recognised_sponsor": ("recognised sponsor (Netherlands)", "荷兰认可担保人"),
    "other_eu": ("licence of another EU state", "其他欧盟国家许可"),
    "sending": ("sending agency", "派出机构"),
    "receiving": ("receiving agency", "接收机构"),
    "yes": ("yes", "可以"),
    "no": ("no", "不可以"),
    "unknown": ("unknown", "不明"),
    "placement": ("placement", "职业介绍"),
    "temporary_work": ("temporary work", "劳务派遣"),
    "labour_service_abroad": ("labour service abroad", "对外劳务"),
    "counselling": ("counselling", "咨询"),
}
