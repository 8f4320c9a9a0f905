"""Columns of the table of experts, as the import contract has them."""

from qa_portal.core.importing.columns import Column, email, listed, text
from submissions.enums import Industry

EXPERT_COLUMNS = (
    Column("专家编号", "code", text(20, required=True)),
    Column("姓名", "name", text(100, required=True)),
    Column("工作单位", "employer", text(200)),
    Column("职称", "title", text(50)),
    Column("专业领域", "fields", listed(text(500), Industry.by_term())),
    Column("电子邮箱", "email", email),
)
