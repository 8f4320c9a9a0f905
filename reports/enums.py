"""Names under which jobs and files of this app are registered."""

IMPORT_CAMPAIGN, EXPORT_CIRCULAR = "import_campaign", "export_circular"
IMPORT_TABLE, IMPORT_PROBLEMS, CIRCULAR_FILE = "import_table", "import_problems", "circular_file"
