"""What the reader says: each code with its English msgid and its Chinese sentence. Placeholders are filled from params."""

from typing import Any, Literal

Language = Literal["en", "zh"]

# code: (English, Chinese)
EXPECTED: dict[str, tuple[str, str]] = {
    "required": ("a value; this column may not be empty", "必填，不能为空"),
    "duplicate": ("a number used only once; row %(row)s has it already", "不重复的编号（第 %(row)s 行已使用）"),
    "day": ("a day such as 2027-06-30, 2027年3月底 or 长期有效", "日期，如 2027-06-30、2027年3月底、长期有效"),
    "no_such_day": ("a day that exists", "实际存在的日期"),
    "far_day": ("a day between 2000 and 2100", "2000 年至 2100 年之间的日期"),
    "relative_day": ("a calendar day; a period cannot be compared", "具体日期；仅写期限无法比对，按未知处理"),
    "amount": ("an amount such as 300-500, 约200, ≥100, 1.2亿元 or 面议", "金额，如 300-500、约200、≥100、1.2亿元、面议"),
    "amount_order": ("a smaller amount first, then a larger one", "前小后大的金额区间"),
    "amount_size": ("an amount between 0 and 100 million 万元", "0 至 1 亿万元之间的金额"),
    "amount_per_unit": ("a total; a price per piece cannot be compared", "总价；单价无法与预算比对，按未知处理"),
    "currency": ("an amount in yuan", "以人民币计的金额"),
    "count": ("a whole number from 1 to 50", "1 至 50 的整数"),
    "trl": ("a level from 1 to 9, such as TRL 7 or 7级以上", "1 至 9 级，如 TRL 7、7级以上"),
    "code": ("one of: %(allowed)s", "以下之一：%(allowed)s"),
    "code_unknown": ("one of: %(allowed)s; kept as a note", "以下之一：%(allowed)s；已作为备注保留"),
    "uscc_length": ("18 characters; %(n)s were found", "18 位代码（现为 %(n)s 位）"),
    "uscc_character": ("digits and capital letters without I, O, S, V and Z", "数字和大写字母，不含 I、O、S、V、Z"),
    "uscc_registrar": ("a code that begins with 1 to 9, A, N or Y", "以 1 至 9、A、N 或 Y 开头的代码"),
    "uscc_check": ("a code whose last character fits the others", "末位校验码正确的代码"),
    "uscc_inner": ("an organisation code (characters 9 to 17) that passes its own check", "第 9 至 17 位校验正确的主体标识码"),
    "cell_length": ("at most %(limit)s characters", "不超过 %(limit)s 个字"),
    "cell_error": ("a value; the cell holds a spreadsheet error", "有效值；该单元格是公式错误"),
    "json": ("one JSON object on each line", "每行一个 JSON 对象"),
    "value_kind": ("text, a number or a list", "文字、数字或列表"),
}  # fmt: skip

UNREADABLE: dict[str, tuple[str, str]] = {
    "missing": ("%(name)s cannot be opened; check that it is there and may be read.", "无法打开 %(name)s，请确认文件存在且有读取权限。"),
    "empty": ("%(name)s is empty; choose a file that holds a list.", "%(name)s 是空文件，请选择含有清单的文件。"),
    "too_big": ("%(name)s is larger than %(limit)s MB; split the list into several files.", "%(name)s 超过 %(limit)s MB，请拆分为多个文件。"),
    "old_excel": ("%(name)s is an old .xls or an encrypted workbook; save it as .xlsx without a password.", "%(name)s 是旧版 .xls 或加密的工作簿，请另存为不带密码的 .xlsx。"),
    "not_a_list": ("%(name)s is not a list; .xlsx, .csv and .jsonl can be read.", "%(name)s 不是清单文件，可读取 .xlsx、.csv、.jsonl。"),
    "broken": ("%(name)s is damaged and cannot be read; open it in a spreadsheet program and save it again.", "%(name)s 已损坏，无法读取，请用表格软件打开后重新保存。"),
    "bomb": ("%(name)s unpacks to far more than a list needs and was not opened.", "%(name)s 解压后的体积异常，已拒绝打开。"),
    "encoding": ("%(name)s is neither UTF-8 nor GB18030; save it as UTF-8.", "%(name)s 既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8。"),
    "no_header": ("%(name)s has no header row that could be recognised; the official columns are named in the template.", "%(name)s 中未找到可识别的表头，请对照模板中的列名。"),
    "too_many_rows": ("%(name)s has more than %(limit)s rows; split the list into several files.", "%(name)s 超过 %(limit)s 行，请拆分为多个文件。"),
    "csv_row": ("%(name)s cannot be read from line %(line)s on; a quotation mark is probably left open.", "%(name)s 从第 %(line)s 行起无法读取，可能有未闭合的引号。"),
}  # fmt: skip


def say(table: dict[str, tuple[str, str]], code: str, params: dict[str, Any], language: Language) -> str:
    """The sentence of a code, filled in. KeyError for a code that the table does not hold."""
    return table[code][0 if language == "en" else 1] % params
