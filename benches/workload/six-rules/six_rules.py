"""Runs six_rules.sql on the export in the working folder and prints one line for each rule: name, fails, unknown."""

import sys

import duckdb

connection = duckdb.connect()
with open(sys.argv[1], encoding="utf-8") as sql:
    rows = connection.execute(sql.read()).fetchall()
for row in rows:
    print(*row, sep="\t")
