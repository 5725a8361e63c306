"""Numbers of instructors' work (rules §9 `instructor`)."""

from core.parameters import ParameterDefinition, parameters

GROUP = "党建工作指导员"

parameters.add(
    ParameterDefinition("instructor.visits_per_quarter", "每季度走访每家单位的次数", 1, "次", "意见二-1", GROUP),
    ParameterDefinition("instructor.max_units", "每名指导员派驻单位数上限", 5, "家", "意见二-1", GROUP),
    ParameterDefinition("instructor.term_years", "指导员任期", 2, "年", "意见二-1", GROUP),
)
