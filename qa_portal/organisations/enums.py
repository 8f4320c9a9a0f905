"""Lists about organisations (domain lists, sections 1, 6, 7, 9)."""

from django.utils.translation import gettext_lazy as _

from qa_portal.core.enums import TermChoices


class OrganisationKind(TermChoices):
    """What an organisation is to the programme; the three unit kinds equal the channels."""

    ENTERPRISE = "enterprise", "企业", _("Enterprise")
    DISTRICT_BUREAU = "district_bureau", "区市场监管局", _("District bureau")
    GROUP = "group", "集团公司", _("Group corporation")
    ASSOCIATION = "association", "行业协会", _("Industry association")
    BUREAU = "bureau", "市市场监管局", _("Municipal bureau")
    EMPLOYER = "employer", "专家工作单位", _("Expert's employer")


UNIT_KINDS = (OrganisationKind.DISTRICT_BUREAU, OrganisationKind.GROUP, OrganisationKind.ASSOCIATION)


class Channel(TermChoices):
    """推荐渠道: how an application reached the bureau, in the order of the circular."""

    DISTRICT_BUREAU = "district_bureau", "区市场监管局", _("District bureau")
    GROUP = "group", "集团公司", _("Group corporation")
    ASSOCIATION = "association", "行业协会", _("Industry association")
    SELF = "self", "自行申报", _("Self-filed")


class District(TermChoices):
    """所在区 by GB/T 2260, in display order, and Lingang, which has no code of its own."""

    HUANGPU = "310101", "黄浦区", _("Huangpu")
    XUHUI = "310104", "徐汇区", _("Xuhui")
    CHANGNING = "310105", "长宁区", _("Changning")
    JINGAN = "310106", "静安区", _("Jing'an")
    PUTUO = "310107", "普陀区", _("Putuo")
    HONGKOU = "310109", "虹口区", _("Hongkou")
    YANGPU = "310110", "杨浦区", _("Yangpu")
    MINHANG = "310112", "闵行区", _("Minhang")
    BAOSHAN = "310113", "宝山区", _("Baoshan")
    JIADING = "310114", "嘉定区", _("Jiading")
    PUDONG = "310115", "浦东新区", _("Pudong New Area")
    JINSHAN = "310116", "金山区", _("Jinshan")
    SONGJIANG = "310117", "松江区", _("Songjiang")
    QINGPU = "310118", "青浦区", _("Qingpu")
    FENGXIAN = "310120", "奉贤区", _("Fengxian")
    CHONGMING = "310151", "崇明区", _("Chongming")
    LINGANG = "SH-LINGANG", "临港新片区", _("Lingang Special Area")


class Ownership(TermChoices):
    """企业性质 of the import format; only PRIVATE counts as 民营."""

    STATE = "STATE", "国有", _("State-owned")
    PRIVATE = "PRIVATE", "民营", _("Private")
    FOREIGN = "FOREIGN", "外商投资", _("Foreign-invested")
    HMT = "HMT", "港澳台投资", _("Hong Kong, Macao or Taiwan invested")
    JOINT_VENTURE = "JOINT_VENTURE", "中外合资", _("Sino-foreign joint venture")
    COLLECTIVE = "COLLECTIVE", "集体", _("Collective")
    OTHER = "OTHER", "其他", _("Other ownership")


class SizeClass(TermChoices):
    """企业规模 (工信部联企业〔2011〕300号)."""

    LARGE = "large", "大型", _("Large")
    MEDIUM = "medium", "中型", _("Medium-sized")
    SMALL = "small", "小型", _("Small")
    MICRO = "micro", "微型", _("Micro")


# 中小企业 = 中型 + 小型 + 微型
SME_SIZES = (SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)
