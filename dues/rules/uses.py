"""What activity money may be used for, and what it must not be (中组发〔2008〕3号 第十九条, 组电明字〔2017〕5号; rules §14). Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """`what` says what belongs to it; `why_not` explains a forbidden one."""

    code: str
    name: str
    what: str
    why_not: str = ""


ALLOWED = (
    Use("TRAINING", "党员教育培训", "培训的场地、师资、资料、住宿、伙食、交通、门票、讲解"),
    Use("LIFE", "组织生活", "三会一课、主题党日、创先争优、换届和集中学习的会议费"),
    Use(
        "MATERIALS",
        "学习资料和用品",
        "党报党刊、教材、音像资料，入党志愿书、介绍信、党费证、党徽党旗，档案工本费、转账手续费",
    ),
    Use("HONORS", "评选表彰", "表彰先进基层党组织、优秀共产党员、优秀党务工作者"),
    Use("CARE", "关怀帮扶", "补助生活困难的党员，补助遭受严重自然灾害的党员"),
    Use("PLACE", "活动场所和设施", "修缮、新建党员活动场所，添置设施和图书，修缮因灾受损的教育设施"),
)
FORBIDDEN = (
    Use("TRAVEL", "公款旅游", "", "以学习考察为名的旅游不能列支；外出开展活动的，按“党员教育培训”写明内容、地点、行程"),
    Use("SCENIC", "到明令禁止的风景名胜区开会", "", "这些地方不能召开会议，请改在本单位或党群服务中心"),
    Use("DINNER", "宴请、聚餐", "", "不能用经费宴请；培训、会议的工作餐按标准列入“党员教育培训”或“组织生活”"),
    Use("LEISURE", "高消费娱乐、健身", "", "不能用经费组织营业性娱乐、健身活动"),
    Use("ASSETS", "购置电脑等固定资产", "", "电脑、手机、车辆等固定资产由单位购置，不从活动经费列支"),
    Use("TREASURY", "设立小金库", "", "经费收支都登记在台账上，不能转出另存"),
    Use("BONUS", "发放个人津贴、补贴、奖金", "", "不能发给个人；确有困难的党员按“关怀帮扶”补助"),
    Use("SHIFT", "转嫁、摊派费用", "", "单位经营、行政的费用不能从活动经费列支"),
)
USES = {one.code: one for one in (*ALLOWED, *FORBIDDEN)}
CHOICES = [(one.code, one.name) for one in ALLOWED]
