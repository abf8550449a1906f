"""Numbers that leave: CSV, XLSX and Parquet, as direct streams and as jobs with files and links."""
