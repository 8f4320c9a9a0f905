"""The application form as data: sections, fields, limits, and the check before submission.

`spec` what a field is · `sections` the form itself · `dossier` the content of one application as values.
Pure: no database, no request.
"""
