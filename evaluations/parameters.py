"""From which size on a unit should have each mass organization, how long results are public, and how many answers a
survey takes (rules §15)."""

from core.parameters import ParameterDefinition, parameters

GROUP = "五个好"

parameters.add(
    ParameterDefinition("five.union_min", "应建工会的单位人数", 25, "名", "工会法", GROUP),
    ParameterDefinition("five.youth_min", "应建团组织的单位人数", 50, "名", "意见二-3", GROUP),
    ParameterDefinition("five.women_min", "应建妇联组织的单位人数", 50, "名", "意见二-3", GROUP),
    ParameterDefinition(
        "five.members_one_in", "“五个好”党员的名额", 3, "名参加评定的党员中 1 名", "民主评议党员", GROUP
    ),
    ParameterDefinition("five.exempt_age", "不评分的党员年龄", 70, "周岁", "评分办法", GROUP),
    ParameterDefinition("five.notice_days", "评定结果公示", 5, "个工作日", "意见三-4", GROUP),
    ParameterDefinition("five.site_years", "示范点有效期", 3, "年", "意见三-4", GROUP),
    ParameterDefinition("five.survey_least", "满意度测评至少收回", 10, "份", "意见一-10", GROUP),
    ParameterDefinition("five.survey_share", "满意度测评至少收回职工数的", 30, "%", "意见一-10", GROUP),
)
