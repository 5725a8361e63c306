"""How often what is held, and what a record must say (rules §9 `life`)."""

from core.parameters import ParameterDefinition, parameters

GROUP = "组织生活"
EVERY = "个月一次（0 为不要求）"
BRANCH, LIFE = "支部工作条例", "意见三-3"

parameters.add(
    ParameterDefinition("life.any", "每个支部开展活动", 1, EVERY, LIFE, GROUP),
    ParameterDefinition("life.congress", "支部党员大会", 3, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.committee", "支部委员会会议", 1, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.group", "党小组会", 1, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.lecture", "党课", 3, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.theme_day", "主题党日", 1, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.life_meeting", "组织生活会", 12, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.appraisal", "民主评议党员", 12, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.talk", "谈心谈话", 12, EVERY, BRANCH, GROUP),
    ParameterDefinition("life.filing_workdays", "活动后提交记录的期限", 3, "个工作日", "记录规范", GROUP),
    ParameterDefinition("life.review_days", "审核记录的期限", 7, "天", "记录规范", GROUP),
    ParameterDefinition("life.backdated_days", "补报须写明原因的天数", 30, "天", "记录规范", GROUP),
    ParameterDefinition("life.leave_days", "单位未准假后与出资人沟通的期限", 14, "天", "记录规范", GROUP),
    ParameterDefinition("life.rights_days", "维权事项有结果或转交工会的期限", 30, "天", "意见二-4", GROUP),
    ParameterDefinition("life.min_attendance", "到会率提醒线", 85, "%", "主题党日制度", GROUP),
    ParameterDefinition("life.alike_percent", "内容雷同提醒线", 90, "%", "记录规范", GROUP),
    ParameterDefinition("life.least_text", "主要内容的字数提醒线", 100, "字", "记录规范", GROUP),
    ParameterDefinition("life.election_percent", "选举到会比例", 80, "%", "基层组织选举工作条例", GROUP),
    ParameterDefinition(
        "life.excellent_one_in", "民主评议优秀等次的上限", 3, "名参加评定的党员中 1 名", "民主评议党员", GROUP
    ),
    ParameterDefinition("life.member_hours", "党员每年学时", 32, "学时", "党员教育管理工作条例", GROUP),
    ParameterDefinition("life.leader_hours", "书记和班子成员每年学时", 56, "学时", "党员教育管理工作条例", GROUP),
)
