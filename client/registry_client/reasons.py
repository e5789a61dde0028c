"""Why a paper's verdict is what it is, in English and Chinese, by the code it is found under."""

REASONS: dict[str, tuple[str, str]] = {
    # issued
    "signed_by": ("signed on {signed} with the registry's key {kid}", "由登记处密钥 {kid} 于 {signed} 签署"),
    "head_signed": ("signed by the log {origin}", "由日志 {origin} 签署"),
    "wrong_type": (
        "it calls itself {found}; {expected} is what the registry signs here",
        "其类型为 {found}，登记处在此签署的类型是 {expected}",
    ),
    "wrong_algorithm": (
        "it is signed by {found}; the registry signs with ES256 alone",
        "其签名算法为 {found}；登记处只用 ES256",
    ),
    "unexpected_header": (
        "its header holds what the registry never puts there: {names}",
        "其头部含有登记处从不写入的内容：{names}",
    ),
    "another_key": (
        "it names the key {found} and carries the certificate of {expected}",
        "其声称密钥为 {found}，所附证书却属于 {expected}",
    ),
    "signature_wrong": (
        "the signature is wrong: what it says was changed, or key {kid} never signed it",
        "签名不符：内容被改动，或密钥 {kid} 从未签署过",
    ),
    "another_issuer": ("it is of {found}, not of {expected}", "其出自 {found}，而非 {expected}"),
    "claim_wrong": (
        "what it says of {name} is not what the registry says in this place",
        "其中 {name} 一项不是登记处会写的内容",
    ),
    "key_not_known": (
        "key {kid} is not in the trust file: forged, or newer than the file; use --online or get a new trust file",
        "信任文件中没有密钥 {kid}：此码系伪造，或密钥比文件新；请用 --online 查询，或取得新的信任文件",
    ),
    "key_for_another_use": ("the log says that key {kid} is for another use", "日志表明密钥 {kid} 另有用途"),
    "key_entry_missing": (
        "the log's word on key {kid} should lie beside it and does not",
        "本应附有日志对密钥 {kid} 的记载，但没有",
    ),
    "unit_key_of": (
        "the log says: key {kid} is that of {holder} ({use}), to which complaints are sealed",
        "日志载明：密钥 {kid} 属于 {holder}（{use}），用于加密投诉",
    ),
    "unit_key_in_copy": (
        "key {kid} is in the copy of the log, of {size} entries",
        "日志副本（{size} 条）中有密钥 {kid}",
    ),
    "unit_key_active": (
        "key {kid} was not taken back in the first {size} entries",
        "在前 {size} 条中，密钥 {kid} 未被收回",
    ),
    "unit_key_taken_back": (
        "key {kid} WAS TAKEN BACK: nothing may be sealed to it any more; if your mailbox still shows it, tell the office",
        "密钥 {kid} 已被收回：不得再以其加密；如您的信箱仍显示此密钥，请告知该机关",
    ),
    "unit_key_not_logged": (
        "the log of {size} entries DOES NOT KNOW key {kid}: write nothing more, and ask the office what it is",
        "日志（{size} 条）中没有密钥 {kid}：请勿再写，并向该机关询问",
    ),
    "unit_key_another": ("entry {index} is not of key {kid}", "第 {index} 条不是密钥 {kid} 的条目"),
    "unit_key_state_unknown": (
        "whether key {kid} was taken back since, only a copy of the log tells: give --state FILE of a monitor",
        "密钥 {kid} 其后是否收回，只有日志副本才能得知：请用 --state 指定监测状态文件",
    ),
    "key_state_unknown": (
        "whether key {kid} was retired or stolen since is not known here",
        "此处无法得知密钥 {kid} 其后是否停用或失窃",
    ),
    "key_retired_since": (
        "key {kid} was retired on {retired}, after it signed this",
        "密钥 {kid} 已于 {retired} 停用，在签署此件之后",
    ),
    "key_retired_before": (
        "key {kid} was retired on {retired}, before this is said to be signed",
        "密钥 {kid} 已于 {retired} 停用，早于此件的签署时间",
    ),
    "key_compromised": (
        "key {kid} is in strange hands since entry {last_good} of the log, and this cannot be told from a forgery",
        "密钥 {kid} 自日志第 {last_good} 条之后已落入他人之手，无法将此件与伪造品区分",
    ),
    "key_compromised_before": (
        "key {kid} was in strange hands after entry {last_good}, and this is of entry {index}",
        "密钥 {kid} 在第 {last_good} 条之后已落入他人之手，而此件属于第 {index} 条",
    ),
    "key_compromised_since": (
        "key {kid} came into strange hands after entry {last_good}; this is proven at entry {index}, before that",
        "密钥 {kid} 在第 {last_good} 条之后落入他人之手；此件经证明在第 {index} 条，早于失窃",
    ),
    "certificate_damaged": ("the certificate is damaged", "证书已损坏"),
    "certificate_of_another_kind": ("the certificate is of a kind the registry does not issue", "登记处不签发此类证书"),
    "certificate_of_another_root": (
        "the certificate is not under the root of the trust file: a foreign key signed this, or the root was changed",
        "证书不在信任文件的根证书之下：签署者是外来密钥，或根证书已更换",
    ),
    "certificate_for_another_use": ("the certificate is not for a {use} key", "该证书不是用于 {use} 的密钥"),
    "certificate_out_of_time": (
        "the certificate of key {kid} did not hold when this is said to be signed",
        "在所称签署之时，密钥 {kid} 的证书并不有效",
    ),
    # logged
    "card_not_logged": (
        "a staff card names a person, so no log has it",
        "人员卡写有个人姓名，因此不在任何日志中",
    ),
    "in_log": ("is entry {index} under a head of the log of {size} entries", "是日志第 {index} 条，日志头含 {size} 条"),
    "no_proof": ("no proof lies beside that entry {index} of the log says so", "没有附上日志第 {index} 条的证明"),
    "own_entry_not_proven": (
        "it points to entry {index}; what is proven is entry {other}",
        "其指向第 {index} 条；得到证明的却是第 {other} 条",
    ),
    "entry_of_another": (
        "the entry shown is of {key}, not of this licence or its holder",
        "所附条目属于 {key}，并非本许可或其持有人",
    ),
    "entry_not_here": ("the proof is of entry {index}, which is not here", "该证明针对第 {index} 条，而该条目不在此"),
    "leaf_differs": ("entry {index} of the log is another one than it claims", "日志第 {index} 条与其所称不同"),
    "content_differs": (
        "it says {name} otherwise than entry {index} of the log",
        "其中 {name} 与日志第 {index} 条不一致",
    ),
    "holder_not_proven": (
        "the entry of the holder does not lie beside, so names are as signed and not as logged",
        "未附持有人的条目，名称只有签名为凭",
    ),
    "holder_changed_since": (
        "what the log says of the holder ({name}) changed after it was signed",
        "签署之后，日志中持有人的 {name} 已有变动",
    ),
    "proof_of_another": (
        "the proof is of entry {proven}, the entry is number {index}",
        "证明针对第 {proven} 条，而条目是第 {index} 条",
    ),
    "not_in_log": (
        "the proof of entry {index} does not lead to the head of {size} entries: entry, proof or head was changed",
        "第 {index} 条的证明推不出日志 {size} 条时的根：条目、证明或日志头被改动",
    ),
    "another_log": ("it is of the log {origin}, not of {expected}", "其属于日志 {origin}，而非 {expected}"),
    "head_not_signed": (
        "no key of the log {origin} that is known here signed the head; after a change of the log's key get a new trust file",
        "此处已知的日志 {origin} 的密钥均未签署该日志头；若日志更换了密钥，请取得新的信任文件",
    ),
    "head_ml_dsa_signed": (
        "a second signature by ML-DSA-44 holds: the head does not rest on today's curves alone",
        "另有一个 ML-DSA-44 签名，验证无误：该日志头不只依赖现今的椭圆曲线",
    ),
    "head_ml_dsa_missing": (
        "the second signature by ML-DSA-44, whose key the trust file names, is missing: the head rests on Ed25519 alone",
        "信任文件列有 ML-DSA-44 密钥，但缺少该签名：该日志头只依赖 Ed25519",
    ),
    "head_ml_dsa_unreadable": (
        "the second signature by ML-DSA-44 was not checked: the installed `cryptography` has none; install version 50 or later",
        "未检查 ML-DSA-44 签名：已安装的 cryptography 不支持，请安装 50 或更高版本",
    ),
    "head_ml_dsa_false": (
        "the second signature of the head of {origin}, by ML-DSA-44, is false",
        "日志 {origin} 的日志头的第二个签名（ML-DSA-44）是伪造的",
    ),
    "not_witnessed": (
        "fewer witnesses signed the head than the policy asks for ({witnesses})",
        "为日志头作证的见证人少于策略要求（{witnesses}）",
    ),
    "witnessed": ("witnessed by {witnesses}", "见证人：{witnesses}"),
    "existed_before": ("it existed before {at}, by {authority}", "在 {at} 之前已经存在，时间戳由 {authority} 出具"),
    "timestamp_not_checked": (
        "{count} time stamps lie beside it; name the roots that you believe by --timestamp-roots",
        "附有 {count} 个时间戳；请用 --timestamp-roots 指明您信任的根证书",
    ),
    "timestamp_root_unknown": (
        "a time stamp is of {authority}, under none of the roots that were named",
        "时间戳由 {authority} 出具，不属于所指明的任何根证书",
    ),
    "timestamp_damaged": ("a time stamp cannot be read", "时间戳无法读取"),
    "timestamp_wrong": (
        "a time stamp of {authority} is forged, or of something else",
        "{authority} 的时间戳系伪造，或属于其他内容",
    ),
    "timestamp_of_another_log": (
        "its time stamps are of a head that the log never had",
        "时间戳所指的日志头，本日志从未有过",
    ),
    "timestamp_of_another_file": (
        "its time stamp is of something else: what was stamped does not hold it",
        "时间戳属于其他内容：所盖之批次中没有它",
    ),
    "timestamp_before_entry": (
        "its time stamps are of a head of {size} entries, and entry {index} came later",
        "时间戳所指的日志头只有 {size} 条，而第 {index} 条在其后",
    ),
    "no_witness": (
        "no witness is set: that others are shown another log cannot be excluded",
        "未设见证人：不能排除他人看到的是另一份日志",
    ),
    "leaf_in_copy": (
        "entry {index} is in the monitor's own copy of {size} entries",
        "第 {index} 条在监视程序自存的 {size} 条副本之中",
    ),
    "head_in_copy": (
        "the head of {size} entries is that of the monitor's own copy",
        "{size} 条时的日志头与监视程序的副本一致",
    ),
    "head_in_log": (
        "the head of {size} entries is the beginning of the log of {published} entries published now",
        "{size} 条时的日志头是现今 {published} 条日志的开头",
    ),
    "head_differs": (
        "the head of {size} entries is not the log's: somebody was shown another history",
        "{size} 条时的日志头不属于该日志：有人看到的是另一份历史",
    ),
    "head_beyond": (
        "it names a head of {size} entries, the log shows {published}",
        "其所称日志头有 {size} 条，日志只显示 {published} 条",
    ),
    "head_not_checked": (
        "the head of {size} entries it names was not compared with the log: use --online or --state",
        "其所称 {size} 条时的日志头未与日志比对：请用 --online 或 --state",
    ),
    "head_not_compared": (
        "the head of {size} entries was not compared with a copy of the log: use --state",
        "{size} 条时的日志头未与日志副本比对：请用 --state",
    ),
    "list_not_derived": (
        "whether the list follows from the first {size} entries is for `monitor` to find out",
        "状态表是否由前 {size} 条得出，须由 monitor 查明",
    ),
    "unreachable": ("no answer: {why}", "没有应答：{why}"),
    "answer_unreadable": ("the registry's answer cannot be read: {why}", "登记处的应答无法读取：{why}"),
    "not_asked": ("not asked, because it is not genuine or its key is not known", "未查，因其不真或其密钥未知"),
    # in force
    "status_valid": (
        "the status list of {signed} does not count it as suspended or ended",
        "{signed} 的状态表未将其列为暂停或终止",
    ),
    "status_invalid": ("the status list of {signed} says it is ended for good", "{signed} 的状态表显示其已终止"),
    "status_suspended": ("the status list of {signed} says it is suspended", "{signed} 的状态表显示其已暂停"),
    "status_value_unknown": (
        "the status list says {value}, which has no meaning yet",
        "状态表的值为 {value}，尚无含义",
    ),
    "status_stale": (
        "the status list of {signed} is stale since {until}: it says nothing of {at}",
        "{signed} 的状态表自 {until} 起过期：不能说明 {at} 的情形",
    ),
    "status_of_later": (
        "the status list is of {signed}, after {at}: it says nothing of that time",
        "状态表签于 {signed}，晚于 {at}：不能说明当时的情形",
    ),
    "status_key_not_good": (
        "the key {kid} of the status list was no longer good when it is said to be signed",
        "在所称签署之时，状态表的密钥 {kid} 已不可用",
    ),
    "status_not_genuine": ("the status list is not the registry's", "状态表不是登记处的"),
    "status_of_another_list": (
        "the status list is {found}, the licence stands in {expected}",
        "状态表为 {found}，该许可应在 {expected}",
    ),
    "status_and_entry_differ": (
        "status list and entry {index} differ: a later entry may not lie beside",
        "状态表与第 {index} 条不一致：可能有更新的条目未附上",
    ),
    "status_fresh": ("the list of {signed} may be used until {until}", "{signed} 的状态表可用至 {until}"),
    "card_asked_online": (
        "open the code with a phone: only the registry's page says whether card and licence hold today, and shows the photo",
        "请用手机打开二维码：只有登记处的网页能说明卡和许可今天是否有效，并显示照片",
    ),
    "card_can_be_copied": (
        "a code can be copied: compare name and face",
        "二维码可以复制：请核对姓名和长相",
    ),
    "no_status": (
        "no status list lies beside: give one with --status, or ask {address} with --online",
        "未附状态表：请用 --status 提供，或用 --online 查询 {address}",
    ),
    "status_not_stated": ("entry {index} states no status for that day", "第 {index} 条未说明当日状态"),
    "status_stated": ("entry {index} says for that day: {status}", "第 {index} 条说明当日状态：{status}"),
    "not_yet_valid": ("it begins on {begins}, after {at}", "其自 {begins} 起有效，晚于 {at}"),
    "term_ended": ("its term ended on {ended}, before {at}", "其期限止于 {ended}，早于 {at}"),
    "deemed_valid": (
        "its term ended on {ended}; the law deems it valid until its renewal is decided",
        "其期限止于 {ended}；续期决定之前依法视为有效",
    ),
    "issued_later": ("it was signed on {signed}, after {at}", "其签署于 {signed}，晚于 {at}"),
    "answered": (
        "the registry answered `{answer}` for {day} when asked on {signed}",
        "登记处于 {signed} 就 {day} 回答：{answer}",
    ),
    "rows_answered": (
        "the registry answered {yes} yes, {no} no, {unknown} unknown; signed on {signed}",
        "登记处答复：是 {yes}，否 {no}，不明 {unknown}；签署于 {signed}",
    ),
    "statements_whole": (
        "the {count} statements are those that were signed, all of them and none other",
        "{count} 条陈述正是所签署的，不多不少",
    ),
    "statements_not_here": (
        "the {count} statements it is about are not here: give their file as --statements",
        "所涉 {count} 条陈述不在此处：请用 --statements 给出其文件",
    ),
    "statements_missing": (
        "{count} statements were signed, and {found} are in the file",
        "签署了 {count} 条陈述，文件中有 {found} 条",
    ),
    "statement_misplaced": (
        "line {line} of the statements is not the one that belongs there",
        "陈述文件第 {line} 行不是应在该处的一条",
    ),
    "statements_differ": (
        "of the {count} statements at least one was changed",
        "{count} 条陈述中至少有一条被改动",
    ),
    "row_signed": (
        "it is row {row}, counted from 0, of the {count} that the registry signed",
        "此为登记处所签 {count} 行中的第 {row} 行（从 0 起数）",
    ),
    "row_not_signed": (
        "row {row} does not lead to the root that the manifest signs: changed, or of another list",
        "第 {row} 行推算不出总表所签的根哈希：已被改动，或属于另一名单",
    ),
    "row_misplaced": (
        "the statement says that it is another row than {row}",
        "该陈述自称不是第 {row} 行",
    ),
    "row_refused": (
        "the registry did not answer this row, and signed that it did not",
        "登记处未答复此行，并对此作了签署",
    ),
    "of_that_time_only": (
        "a receipt is of {signed} alone; how things stand now must be asked anew",
        "回执只说明 {signed} 的情形；如今如何须重新查询",
    ),
    "of_no_licence": (
        "this is of no licence, so there is nothing to be in force",
        "此件与任何许可无关，谈不上有效与否",
    ),
}
