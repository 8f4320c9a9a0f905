"""Evidence of an application: what is taken, how it is uploaded, scanned, shown and linked to claims.

`rules` what a file must be · `pdf` and `pdf_inspector` PDF in a limited process · `scanning` the virus
scanner · `operations` and `uploads` the writers · `access` who may fetch · `slots` the page as data.
"""
