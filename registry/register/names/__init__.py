"""Search by name in any script: keys, pinyin, scoring."""
