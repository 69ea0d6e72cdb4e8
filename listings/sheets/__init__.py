"""Reads and writes lists of opportunities and capabilities: .xlsx, .csv, .jsonl. Plain Python, no Django.

    with open_table(path_or_binary_file, name=None, kind=None) as table:   # Unreadable: a sentence
        table.kind, table.sheets, table.unknown, table.skipped             # what was recognised
        for row in table.rows():                                           # streamed; Unreadable when damaged on the way
            row.values, row.notes, row.faults, row.ok

Row(kind, sheet, number, values, notes, faults). `values` has every key of `keys(kind)`; None is unknown, never zero:
text str; budget_min_wan, budget_max_wan, price_min_wan, price_max_wan Decimal in 万元; deadline date, with deadline_open
True for 长期有效; trl, min_trl int 1-9; field, scene_type a code and cooperation_mode a list of codes (codelists);
technologies, required_titles, required_certs, certs, scenes, cases, service_regions list of str; titles list of
{"name": str, "expires": date | None}; service_region_required "local", list of str or None; uscc normalised;
region and firm_city as written, with region_code and firm_city_code (GB/T 2260) when known.
Fault(sheet, row, column, key, found, code, params, level), .sentence("zh" | "en"), .expected(...), .msgid.
A row with an error is not .ok; warnings (level "warning") leave one value unknown and let the row in.

    write_xlsx(target, kind, rows, title="")   write_csv(target, kind, rows)   # rows: dicts with the keys above
"""

from listings.sheets.columns import Column, columns, keys
from listings.sheets.rows import Fault, Row, Unreadable
from listings.sheets.tables import Recognised, Sheet, Table, open_table
from listings.sheets.write import write_csv, write_xlsx

__all__ = [
    "Column", "Fault", "Recognised", "Row", "Sheet", "Table", "Unreadable",
    "columns", "keys", "open_table", "write_csv", "write_xlsx",
]  # fmt: skip
