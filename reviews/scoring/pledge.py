"""The words that an expert signs once a year. Who changes them changes the digest of later pledges only."""

import hashlib

PLEDGE = """本人受聘参加上海市重点产品质量攻关项目评审，郑重承诺：

一、独立、客观、公正评分，只依据申报材料和评分标准，不受任何单位和个人影响，不与其他专家串通。
二、与申报项目、申报单位或者项目人员有利害关系的，主动申请回避，不隐瞒。
三、对申报材料、评分和意见保密，不复制、不外传、不用于评审以外的用途，评审结束后不留存。
四、本人亲自评审，不委托他人，不把材料交给外部软件或者人工智能工具处理。
五、不接受申报单位及有关人员的财物、宴请和其他利益；遇到请托，及时向纪检监察人员报告。
六、违反承诺的，愿意承担相应责任，并接受取消专家资格等处理。"""


def digest_of(text: str) -> str:
    """SHA-256 of the words."""
    return hashlib.sha256(text.encode()).hexdigest()
