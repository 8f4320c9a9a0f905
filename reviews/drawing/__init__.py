"""The draw in the portal: from the data of a year to released assignments, and the certificate of it."""
