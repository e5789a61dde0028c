"""Reading an authority's official list: formats, encodings, columns, rules, applying."""
