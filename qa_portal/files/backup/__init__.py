"""A backup of the whole portal: database, stored files, anchors and a manifest with checksums, in one tar."""
