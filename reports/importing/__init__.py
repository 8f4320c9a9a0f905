"""Import of a campaign year: tables of a folder or an upload, checked row by row, all or nothing.

`sources` where the tables come from · `columns` the format of each column · `year` the import itself ·
`writing` what it writes. Reading tables and noting errors: `qa_portal.core.importing`.
"""
