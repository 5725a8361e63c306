"""Thresholds of setting up Party organizations and of the Opinion's targets (rules §9 `org` and `seed_targets`)."""

from core.parameters import ParameterDefinition, parameters

GROUP = "组建与覆盖"
TERMS = "党的基层组织任期的意见"

parameters.add(
    ParameterDefinition("org.formal_min_to_found", "应建党组织的正式党员数", 3, "名", "意见二-1；支部工作条例", GROUP),
    ParameterDefinition("org.committee_min_formal", "应设支部委员会的正式党员数", 7, "名", "支部工作条例", GROUP),
    ParameterDefinition("org.committee_least", "支部委员会最少人数", 3, "名", "支部工作条例", GROUP),
    ParameterDefinition("org.committee_most", "支部委员会最多人数", 7, "名", "支部工作条例", GROUP),
    ParameterDefinition(
        "org.general_branch_min", "可设党总支的正式党员数", 50, "名", "浙江 2012 年办法第 4—6 条", GROUP
    ),
    ParameterDefinition(
        "org.party_committee_min", "可设党委的正式党员数", 100, "名", "浙江 2012 年办法第 4—6 条", GROUP
    ),
    ParameterDefinition("org.joint_branch_warn_units", "联合党支部覆盖单位提醒数", 5, "家", "支部工作条例", GROUP),
    ParameterDefinition("org.joint_branch_max_units", "联合党支部覆盖单位上限", 10, "家", "支部工作条例", GROUP),
    ParameterDefinition("org.term_years_branch", "党支部、党总支每届任期", 3, "年", TERMS, GROUP),
    ParameterDefinition("org.term_years_committee", "委员会每届任期", 5, "年", TERMS, GROUP),
    ParameterDefinition("org.term_extension_years", "延期换届最长", 1, "年", TERMS, GROUP),
    ParameterDefinition("org.term_alert_days", "届满前多少天提醒准备换届", 180, "天", TERMS, GROUP),
    ParameterDefinition("org.term_urge_days", "届满前多少天提醒请示换届", 90, "天", TERMS, GROUP),
    ParameterDefinition("org.term_press_days", "届满前多少天督促换届", 30, "天", TERMS, GROUP),
    ParameterDefinition("econ.member_headcount", "新经济组织应有党员的职工数", 50, "名", "意见二-1", GROUP),
    ParameterDefinition("econ.org_headcount", "新经济组织应有党组织的职工数", 100, "名", "意见二-1", GROUP),
    ParameterDefinition("social.member_headcount", "新社会组织应有党员的人数", 20, "名", "意见二-1", GROUP),
    ParameterDefinition("social.org_headcount", "新社会组织应有党组织的人数", 50, "名", "意见二-1", GROUP),
    ParameterDefinition("work.evidence_months", "工作覆盖记录的有效月数", 6, "个月", "意见二-1；统计口径 R4", GROUP),
    ParameterDefinition("headcount.verified_months", "核定人数的有效月数", 12, "个月", "导入规则", GROUP),
    ParameterDefinition("survey.valid_months", "摸底结果的有效月数", 12, "个月", "意见三-2", GROUP),
    ParameterDefinition("inspection.due_month", "年检（年报）截止月份", 6, "月", "意见三-2", GROUP),
    ParameterDefinition(
        "coverage.functional_counts",
        "功能型党组织计入组织覆盖率（1 是，0 否）",
        0,
        "",
        "统计口径 R1",
        GROUP,
        words=("不计", "计入"),
    ),
)
