"""What can be wrong in lists of organizations, in the words that stand beside the cell."""

from core.importing.problems import ERROR, WARNING, Problem, problems

problems.add(
    Problem("name_missing", ERROR, "没有名称，未导入；请填写登记的全称"),
    Problem("identity_missing", ERROR, "统一社会信用代码和原注册号都没有，未导入；请至少填写一项"),
    Problem("credit_code_length", ERROR, "统一社会信用代码不是 18 位，未导入；请对照营业执照或登记证书核对"),
    Problem(
        "credit_code_check", ERROR, "统一社会信用代码校验不符，多半有一位写错，未导入；请对照营业执照或登记证书核对"
    ),
    Problem(
        "credit_code_rounded", ERROR, "统一社会信用代码被 Excel 改成了科学计数，末几位已丢失，未导入；请从原件重新录入"
    ),
    Problem("organisation_code_check", WARNING, "统一社会信用代码第 9 至 17 位（主体标识码）校验不符，已导入；请核对"),
    Problem("unknown_type", WARNING, "类型不在登记类型表中，未写入；请按营业执照或登记证书填写"),
    Problem("unknown_control", WARNING, "控股情况无法识别，未写入；请填写国有、集体、私人、港澳台商或外商控股"),
    Problem("unknown_industry", WARNING, "行业不在国民经济行业分类（GB/T 4754）中，未写入；请填写门类名称或行业代码"),
    Problem("unknown_status", WARNING, "经营状态无法识别，未写入；请填写正常、停业、空壳、筹建、注销或迁出"),
    Problem("unknown_area", WARNING, "区划不在本市区划表中，未写入；请填写区县和街道（乡镇）全称"),
)
