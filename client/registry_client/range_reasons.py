"""Why a range file is refused, in English and Chinese, by the code it is found under."""

RANGE_REASONS: dict[str, tuple[str, str]] = {
    "range_file_changed": (
        "file {prefix} is not the one that the epoch names: cut, changed, or of another epoch",
        "文件 {prefix} 与本期所记不符：被截断、改动，或属于另一期",
    ),
    "range_file_not_canonical": ("file {prefix} is not in its one form", "文件 {prefix} 不是规范格式"),
    "range_file_of_another": ("file {found} was given for {prefix}", "所给为文件 {found}，而非 {prefix}"),
    "range_file_out_of_order": (
        "the entries of file {prefix} are not in order, or not all its own",
        "文件 {prefix} 的条目顺序错误，或不全属于该文件",
    ),
    "range_tile_changed": (
        "the hashes on the way from the root to the file do not lead there",
        "从根到文件的散列路径不成立",
    ),
    "range_part_missing": ("a {part} that the epoch names is not served", "本期所记的一部分（{part}）无法取得"),
    "range_not_an_epoch": ("the proven entry is of {key}, no epoch", "所证明的条目为 {key}，不是一期数据"),
    "head_forked": (
        "FORK: the head of {size} entries is not the one that this machine has seen before, or does not follow from it",
        "分叉：{size} 条的日志头与本机此前所见不同，或并非其延续",
    ),
    "range_rolled_back": (
        "epoch {found} is older than epoch {seen}, which was shown before",
        "第 {found} 期早于先前见过的第 {seen} 期",
    ),
    "range_forked": ("two different epochs {epoch} were shown", "出现了两个不同的第 {epoch} 期"),
}
