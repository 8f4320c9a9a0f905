"""Tables that people bring: read safely, checked cell by cell, every mistake with file, row and column.

`problems` what is wrong and where · `archives` zip files that cannot harm · `sheets` and `tables` rows of
an Excel or CSV file · `columns` formats of cells · `rows` rows as values.
"""
