"""What dues are assessed by, when they are overdue, what comes back (rules §14). Rates are of the whole base."""

from core.parameters import ParameterDefinition, parameters

GROUP = "党费"
RATES, LETTER, RETURNED = "中组发〔2008〕3号", "组电明字〔2017〕5号", "意见三-3"

parameters.add(
    ParameterDefinition("dues.wage_bound_1", "工资收入第一档的上限（含）", 3000, "元", RATES, GROUP),
    ParameterDefinition("dues.wage_bound_2", "工资收入第二档的上限（含）", 5000, "元", RATES, GROUP),
    ParameterDefinition("dues.wage_bound_3", "工资收入第三档的上限（含）", 10000, "元", RATES, GROUP),
    ParameterDefinition("dues.wage_rate_1", "工资收入第一档的比例", 0.5, "%", RATES, GROUP),
    ParameterDefinition("dues.wage_rate_2", "工资收入第二档的比例", 1, "%", RATES, GROUP),
    ParameterDefinition("dues.wage_rate_3", "工资收入第三档的比例", 1.5, "%", RATES, GROUP),
    ParameterDefinition("dues.wage_rate_4", "工资收入第三档以上的比例", 2, "%", RATES, GROUP),
    ParameterDefinition("dues.pension_bound", "离退休费第一档的上限（含）", 5000, "元", RATES, GROUP),
    ParameterDefinition("dues.pension_rate_1", "离退休费第一档的比例", 0.5, "%", RATES, GROUP),
    ParameterDefinition("dues.pension_rate_2", "离退休费第一档以上的比例", 1, "%", RATES, GROUP),
    ParameterDefinition("dues.farmer_least", "农民党员每月最少", 0.2, "元", RATES, GROUP),
    ParameterDefinition("dues.farmer_most", "农民党员每月最多", 1, "元", RATES, GROUP),
    ParameterDefinition("dues.token", "学生、下岗失业等党员每月交纳", 0.2, "元", RATES, GROUP),
    ParameterDefinition("dues.monthly_most", "每月核定一般不超过", 1000, "元", LETTER, GROUP),
    ParameterDefinition("dues.quantum", "党费尾数四舍五入到", 0.01, "元", "各地规定", GROUP),
    ParameterDefinition("dues.gift_from", "一次多交作为大额党费的起点", 1000, "元", RATES, GROUP),
    ParameterDefinition("dues.unpaid_months", "连续不交党费须办理的月数", 6, "个月", "党章第九条", GROUP),
    ParameterDefinition("dues.refund_rate", "返还党费的比例", 100, "%", RETURNED, GROUP),
    ParameterDefinition("dues.waiting_days", "返还申请停在同一步算久的天数", 30, "天", "意见三-3", GROUP),
    ParameterDefinition("dues.step_days", "办理返还和经费每一步的期限", 7, "天", "记录规范", GROUP),
    ParameterDefinition("dues.publish_days", "上一年经费收支公开的期限（年末以后）", 90, "天", "记录规范", GROUP),
    ParameterDefinition("dues.payroll_rate", "党组织工作经费税前列支的上限（职工年度工资薪金总额的）", 1, "%",
                        "组通字〔2014〕42号", GROUP),
)  # fmt: skip
