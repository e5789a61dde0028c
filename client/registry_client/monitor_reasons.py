"""What the monitor finds, in English and Chinese, by the code it is found under."""

MONITOR_REASONS: dict[str, tuple[str, str]] = {
    "head_followed": (
        "{size} entries read, hashed and chained; they lead to the signed head",
        "已读取、计算并连接 {size} 条；与签署的日志头一致",
    ),
    "head_unchanged": ("the head of {size} entries is the one known", "{size} 条时的日志头与已知的一致"),
    "timestamps_withdrawn": (
        "the time stamps of the head of {size} entries were served before and are gone",
        "{size} 条时的日志头曾有时间戳，现已不再提供",
    ),
    "timestamps_not_served": ("time stamps cannot be read: {why}", "无法读取时间戳：{why}"),
    "timestamps_unreadable": ("time stamps are malformed: {why}", "时间戳格式有误：{why}"),
    "old_head": (
        "an old head of {size} entries is shown; {known} are known",
        "所示为 {size} 条的旧日志头；已知 {known} 条",
    ),
    "inconsistent_heads": (
        "FORK: the heads of {old} and {new} entries, both signed, are not one history; both notes are kept in the state",
        "分叉：{old} 条与 {new} 条的日志头都有签名，却不是同一历史；两者已存入状态文件",
    ),
    "head_by_compromised_key": (
        "the head of {size} entries is signed by key {kid}, which is in strange hands",
        "{size} 条的日志头由已失窃的密钥 {kid} 签署",
    ),
    "tile_wrong": ("{path} does not hold what a tile of that width holds", "{path} 的内容与其宽度不符"),
    "tile_differs": (
        "hash tile {number} does not hold the hashes of its entries: others cannot prove theirs",
        "哈希块 {number} 与其条目的哈希不符：他人无法证明自己的条目",
    ),
    "rolled_back": (
        "ROLLED BACK: for {hours} hours the head of {size} entries is shown, and {known} are known",
        "倒退：{size} 条的旧日志头已显示 {hours} 小时，而已知有 {known} 条",
    ),
    "tile_missing": ("{path} is not served: part of the log is hidden", "{path} 无法取得：日志的一部分被隐藏"),
    "entry_rewritten": (
        "REWRITTEN: entry {index} as served now is not the one that is logged",
        "改写：现今提供的第 {index} 条不是入日志的那一条",
    ),
    "entries_not_under_head": (
        "the entries from {first} do not lead to the head of {size} entries",
        "自第 {first} 条起的条目推不出 {size} 条的日志头",
    ),
    "entry_malformed": ("entry {index} is malformed: {why}", "第 {index} 条格式有误：{why}"),
    "kinds_not_known": (
        "{count} entries are of kinds that this program does not know yet ({kinds}): they are in the log, and no one here has "
        "checked what they say; get a newer version",
        "{count} 条的种类（{kinds}）本程序尚不认识：它们在日志中，但内容未经此处核查；请取得新版本",
    ),
    "index_differs": ("entry {index} calls itself {said}", "第 {index} 条自称第 {said} 条"),
    "chain_broken": (
        "BROKEN CHAIN: entry {index} of {key} names {said} as its predecessor; it is {expected}",
        "断链：{key} 的第 {index} 条称前一条为 {said}，实为 {expected}",
    ),
    "time_runs_back": (
        "entry {index} is of {at}, the one before of {before}",
        "第 {index} 条的时间为 {at}，早于前一条的 {before}",
    ),
    "unit_keys_known": (
        "complaints are sealed to {active} keys that the log knows; {retired} were taken back",
        "投诉以日志中的 {active} 把密钥加密；{retired} 把已收回",
    ),
    "unit_key_added": (
        "KEY ADDED: entry {index} adds key {kid} ({use} of {holder}), to which complaints are sealed: ask that office",
        "新增密钥：第 {index} 条为 {holder}（{use}）新增密钥 {kid}，投诉将以其加密：请向该机关核实",
    ),
    "unit_key_retired": (
        "KEY TAKEN BACK: entry {index} ends key {kid} ({use} of {holder})",
        "密钥收回：第 {index} 条终止 {holder}（{use}）的密钥 {kid}",
    ),
    "unit_key_returned": (
        "TAKEN BACK AND USED: entry {index} has key {kid} of {holder} again, which was taken back before",
        "收回后又用：第 {index} 条再次列出 {holder} 已收回的密钥 {kid}",
    ),
    "unit_key_contradicts": (
        "entry {index} says otherwise than before whose key {kid} of {holder} is, or ends what was never added",
        "第 {index} 条与此前对 {holder} 的密钥 {kid} 的记载矛盾，或终止从未新增的密钥",
    ),
    "log_unreadable": ("the log cannot be read: {why}", "日志无法读取：{why}"),
    "trust_on_first_use": (
        "the trust file was taken from the registry itself; compare its root {fingerprint} by another way",
        "信任文件取自登记处本身；请以其他途径核对根证书 {fingerprint}",
    ),
    "trust_changed": (
        "the registry now serves a trust file of another root or log ({fingerprint})",
        "登记处现今提供的信任文件属于另一根证书或日志（{fingerprint}）",
    ),
    "trust_not_served": ("the registry serves no trust file", "登记处未提供信任文件"),
    "policy_differs": (
        "the log's policy (entry {index}) is not the one of your trust file: get a new one",
        "日志的策略（第 {index} 条）与您的信任文件不同：请取得新的信任文件",
    ),
    "no_lists": ("no licence has a place in a status list yet", "尚无许可列入状态表"),
    "list_follows": (
        "status list {number} follows from the first {size} entries ({count} licences)",
        "状态表 {number} 由前 {size} 条得出（{count} 项许可）",
    ),
    "list_differs": (
        "list {number} says {said} in place {place}; entry {index} of {key} makes it {expected}",
        "状态表 {number} 第 {place} 位为 {said}；按 {key} 的第 {index} 条应为 {expected}",
    ),
    "list_differs_in": (
        "HIDDEN OR UNDONE: status list {number} does not follow from the log in {count} places",
        "隐瞒或撤改：状态表 {number} 有 {count} 处与日志不符",
    ),
    "list_not_genuine": ("status list {number} is not the registry's", "状态表 {number} 不是登记处的"),
    "list_unreadable": ("status list {number} cannot be read: {why}", "状态表 {number} 无法读取：{why}"),
    "list_missing": (
        "status list {number} is not served, though {count} licences stand in it",
        "状态表 {number} 无法取得，而其中列有 {count} 项许可",
    ),
    "list_of_another_place": (
        "what is served as status list {number} is {found}",
        "作为状态表 {number} 提供的是 {found}",
    ),
    "list_key_not_logged": (
        "status list {number} is signed by key {kid}, of which the log does not know",
        "状态表 {number} 由日志中没有的密钥 {kid} 签署",
    ),
    "list_key_not_good": (
        "status list {number} is signed by key {kid}, which was no longer good",
        "状态表 {number} 由已不可用的密钥 {kid} 签署",
    ),
    "list_beyond_head": (
        "status list {number} stands on {size} entries, the head has {head}",
        "状态表 {number} 依据 {size} 条，而日志头只有 {head} 条",
    ),
    "list_of_later": (
        "status list {number} is of {signed}, which is to come",
        "状态表 {number} 的签署时间 {signed} 尚未到来",
    ),
    "list_stale": ("status list {number} of {signed} is stale", "{signed} 的状态表 {number} 已过期"),
    "list_holds_back": (
        "HELD BACK: status list {number}, signed {signed}, leaves out entry {index} of {at}",
        "扣留：{signed} 签署的状态表 {number} 漏掉了 {at} 的第 {index} 条",
    ),
    "place_given_twice": (
        "place {place} is given to {other} and to {key} (entry {index})",
        "位置 {place} 同时给了 {other} 与 {key}（第 {index} 条）",
    ),
    "answers_follow": ("{count} answers of the API follow from the log", "API 的 {count} 个应答与日志一致"),
    "answers_not_asked": ("the API was not asked of any licence", "未向 API 查询任何许可"),
    "answer_differs": (
        "the API says {name} of licence {licence} otherwise than the log",
        "API 所说许可 {licence} 的 {name} 与日志不一致",
    ),
    "answer_missing": (
        "the API knows nothing of licence {licence}, which is in the log",
        "API 查不到日志中的许可 {licence}",
    ),
    "ranges_not_read": ("range files were not read", "未读取范围文件"),
    "no_ranges": ("no range files are published yet", "尚未发布范围文件"),
    "range_follows": (
        "epoch {epoch}: {files} of {of} range files, {keys} keys, follow from the log",
        "第 {epoch} 期：{of} 个范围文件中的 {files} 个（{keys} 个键）与日志一致",
    ),
    "range_differs_in": (
        "HIDDEN OR INVENTED: epoch {epoch} does not follow from the log in {count} places",
        "隐瞒或捏造：第 {epoch} 期有 {count} 处与日志不符",
    ),
    "range_evidence": (
        "what was signed is kept in {folder}, as it was served: a reader of range files proves it from there",
        "所签内容已按原样存于 {folder}，可由此证明",
    ),
    "range_key_missing": (
        "file {prefix} leaves out key {key} of agency {agency}, which is in the log",
        "文件 {prefix} 漏掉了日志中机构 {agency} 的键 {key}",
    ),
    "range_key_differs": (
        "file {prefix} names other licences under key {key} of agency {agency} than the log",
        "文件 {prefix} 中机构 {agency} 的键 {key} 所列许可与日志不同",
    ),
    "range_key_not_logged": (
        "file {prefix} holds key {key} of agency {agency}, of which the log does not know",
        "文件 {prefix} 含有日志中没有的键 {key}（机构 {agency}）",
    ),
    "range_record_differs": (
        "file {prefix} says of agency {agency} otherwise than the log: {part}",
        "文件 {prefix} 所说机构 {agency} 的 {part} 与日志不一致",
    ),
    "range_answer_unfounded": (
        "file {prefix} answers yes under key {key}, and no licence is in force by the log",
        "文件 {prefix} 对键 {key} 答复“可以”，而按日志没有有效许可",
    ),
    "range_count_differs": (
        "the epoch says {said} keys, its files hold {found}",
        "本期称有 {said} 个键，其文件中为 {found} 个",
    ),
    "range_holds_back": (
        "HELD BACK: epoch {epoch} leaves out entry {index} of {key}, logged more than an hour ago",
        "扣留：第 {epoch} 期漏掉了一小时前已入日志的第 {index} 条（{key}）",
    ),
    "range_older_shown": (
        "ROLLED BACK: epoch {epoch} is shown, and the log has had a later one at entry {index} for an hour",
        "倒退：所示为第 {epoch} 期，而日志第 {index} 条在一小时前已有更新的一期",
    ),
    "range_beyond_head": (
        "epoch {epoch} stands at entry {index}, the head known here has {head}",
        "第 {epoch} 期位于第 {index} 条，而已知日志头只有 {head} 条",
    ),
    "head_shrank": (
        "SHRUNK: a head of {size} entries is shown, and {known} were signed",
        "缩短：所示日志头为 {size} 条，而曾签署 {known} 条",
    ),
    "mirror_evidence": (
        "what is shown now and what is kept here lie side by side in {folder}; keep both",
        "现今所示与此处所存已并排存于 {folder}，请一并保留",
    ),
    "mirror_part_missing": ("{path} is not served", "{path} 无法取得"),
    "mirror_key_not_logged": (
        "a key is served that the log does not know, or that was stolen: {kid}",
        "所提供的密钥不在日志中，或已失窃：{kid}",
    ),
    "mirror_policy_not_logged": (
        "the policy that is served is not the one of entry {index}",
        "所提供的策略与第 {index} 条不同",
    ),
    "timestamp_of_another_head": (
        "the time stamps served for {size} entries are of another head",
        "为 {size} 条提供的时间戳属于另一日志头",
    ),
    "no_dataset": ("no dataset is published yet", "尚未发布数据集"),
    "dataset_follows": (
        "snapshot {name}: {files} files are those that entry {index} of the log signs",
        "快照 {name}：{files} 个文件与日志第 {index} 条所签相符",
    ),
    "dataset_beyond_head": (
        "snapshot {name} stands at entry {index}, the head known here has {head}",
        "快照 {name} 位于第 {index} 条，而已知日志头只有 {head} 条",
    ),
    "dataset_not_logged": (
        "the log has no snapshot {name} at the entry that is named",
        "日志在所称条目处没有快照 {name}",
    ),
    "dataset_not_signed": (
        "the manifest of snapshot {name} is not signed by the log's keys",
        "快照 {name} 的清单没有日志密钥的签名",
    ),
    "dataset_file_changed": (
        "CHANGED: {path} is not the file that was signed",
        "改动：{path} 不是所签署的文件",
    ),
    "dataset_rolled_back": (
        "ROLLED BACK: snapshot {name} is shown, and {kept} is kept here",
        "倒退：所示为快照 {name}，而此处存有 {kept}",
    ),
    "dataset_not_served": ("no dataset is served, though the log names one", "日志列有数据集，却未提供"),
    "dataset_unreadable": ("the dataset cannot be read: {why}", "数据集无法读取：{why}"),
    "range_unreadable": ("the range files cannot be read: {why}", "范围文件无法读取：{why}"),
}
