"""P20 to P22: words of secrecy, texts that were used before, texts without quality."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext_noop

from submissions.form.checks.base import EVIDENCE, Context, Finding, error, rule, warning
from submissions.form.claims import row_key
from submissions.form.dossier import Dossier
from submissions.form.sections import SECTIONS
from submissions.form.spec import Field, Kind

# 内部 is an ordinary word of engineering (内部缺陷), 商业秘密 one of law: only the marks of documents count
SECRET = re.compile(
    "绝密|机密|(?<!商业)(?<!技术)(?<!国家)秘密|国家秘密(?=[★☆])"
    "|内部(?=资料|文件|使用|材料|传阅|刊物|发行|掌握|$|[】\\]）)★☆。，,;；！!\\s])"
)
VOLUME = re.compile("产量|产能|销量|销售|产值|营收|营业收入|市场份额|市场占有率|订单|出货量")
QUALITY = re.compile(
    "质量|合格率|良率|良品|不良|缺陷|瑕疵|返修|返工|报废|废品|故障|失效|寿命|可靠|精度|准确|误差|偏差|公差|一致性|稳定性"
    "|均匀|强度|硬度|纯度|耐久|耐磨|耐腐|泄漏|密封性|噪声|振动|粗糙度|CPK|Cpk|PPM|ppm|MTBF|投诉|退货|过程能力|效率|精密|波动|裂纹|气孔"
)


def texts_of(dossier: Dossier, *, is_blind: bool = False) -> Iterator[tuple[str, str, str, str]]:
    """Section, field, row and text of everything that is written in words; `is_blind`: what experts read."""
    for section in SECTIONS:
        for spec in section.fields:
            if is_blind and not spec.blind:
                continue
            if spec.kind == Kind.ROWS:
                for place, row in enumerate(dossier.rows(section.key, spec.key), start=1):
                    columns = [one for one in spec.columns if _is_text(one) and (one.blind or not is_blind)]
                    text = " ".join(str(row.get(one.key, "")) for one in columns)
                    if text.strip():
                        yield section.key, spec.key, row_key(row, place), text
            elif _is_text(spec) and str(dossier.get(section.key, spec.key)).strip():
                yield section.key, spec.key, "", str(dossier.get(section.key, spec.key))


def _is_text(spec: Field) -> bool:
    return spec.kind in (Kind.TEXT, Kind.LONG_TEXT)


@rule
def p20_words_of_secrecy(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """What is secret must not be filed here: an error in a text, a warning in a file or its name."""
    for section, field, row, text in texts_of(dossier):
        if found := SECRET.search(text):
            message = gettext_noop("“%(word)s”: secret content must not be filed here. Take it out, or reword it.")
            yield error("P20", section, field, message, row, word=found[0])
    for proof in dossier.evidence:
        inside = proof.inspection.get("secret")
        words = [str(one) for one in inside] if isinstance(inside, list) else []
        in_name = SECRET.search(proof.name.rpartition(".")[0])
        words += [in_name[0]] if in_name else []
        if words:
            message = gettext_noop("“%(name)s” contains “%(word)s”: make sure that nothing in it is secret.")
            yield warning("P20", EVIDENCE, proof.type, message, str(proof.id), name=proof.name, word=words[0])


@rule
def p21_similar_texts(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """Text that an earlier application holds already; one's own words are shown, never whose they were."""
    for place, similar in enumerate(context.similar, start=1):
        if similar.share <= context.settings.similarity:
            continue
        message = gettext_noop("%(share)s%% of your text stands in an application of %(year)s already.")
        if similar.is_own:
            message = gettext_noop("%(share)s%% of your text stands in your own application of %(year)s already.")
        params = {"share": f"{similar.share * 100:.0f}", "year": similar.year, "passages": similar.passages}
        yield warning("P21", "quality", "solution", message, str(place), **params)


@rule
def p22_only_volume(dossier: Dossier, context: Context) -> Iterator[Finding]:
    """The measures speak of output or sales, and of no quality: not what the programme asks for."""
    text = str(dossier.get("quality", "solution"))
    names = [str(row.get("name", "")).strip() for row in dossier.rows("indicators", "indicators")]
    if not VOLUME.search(text) or QUALITY.search(text) or any(name and name in text for name in names):
        return
    message = gettext_noop("The measures speak of output or sales only: say what they did for quality.")
    yield warning("P22", "quality", "solution", message)
