"""五个好 of a Party organization (Opinion 一.6) and of a member (一.11): what each is called and what it means, in the Opinion's words,
without the names of campaigns that are over. Pure."""

PARTY = {
    "TEAM": ("领导班子好", "党组织领导班子及其成员认真贯彻执行党的路线方针政策，服务生产经营，求真务实，开拓进取，善于协调，有较强的凝聚力和战斗力"),
    "MEMBERS": ("党员队伍好", "党员爱岗敬业，先进性意识强，能够团结凝聚群众，发挥先锋模范作用"),
    "WORK": ("工作机制好", "党组织工作制度健全、运行规范，党建工作充满生机和活力"),
    "RESULTS": ("工作业绩好", "党组织正常开展活动和充分发挥作用，有效服务和促进新经济社会组织健康发展"),
    "MASSES": ("群众反映好", "党组织善于依法维护各方合法权益，为新经济社会组织所有者、经营者和广大职工所拥护"),
}  # fmt: skip
MEMBER = {
    "POLITICS": ("政治素质好", "自觉加强学习，理想信念坚定，在政治上、思想上、行动上始终与党中央保持高度一致"),
    "JOB": ("工作业绩好", "技术素质和业务水平高；具有强烈的事业心、责任感，能吃苦、讲奉献，在本职岗位上做出优异成绩"),
    "SERVICE": ("服务群众好", "密切联系群众，热心为职工群众服务，得到群众支持和拥护"),
    "DUTIES": ("履行义务好", "认真执行党组织决议、决定，积极完成党组织分配的工作，模范地履行党章规定的各项义务"),
    "CONDUCT": ("思想作风好", "艰苦奋斗，遵纪守法，在社会主义和谐社会建设中充分发挥先锋模范作用"),
}  # fmt: skip
MEANS = {code: words for code, (_, words) in (PARTY | MEMBER).items()}


def told(goods: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{name}：{words}" for name, words in goods.values())
