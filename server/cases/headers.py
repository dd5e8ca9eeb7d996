"""The fields of a creditor's file and the headers under which creditors send them. Pure data."""

from enum import StrEnum


class Field(StrEnum):
    """What a column may mean."""

    CASE_NO = "case_no"
    CONTRACT_NO = "contract_no"
    PRODUCT = "product"
    BATCH = "batch"
    NAME = "name"
    ID_TYPE = "id_type"
    ID_NUMBER = "id_number"
    CARD_NO = "card_no"
    PHONE = "phone"
    CONTACT_NAME = "contact_name"
    PLACED_ON = "placed_on"
    RETURN_ON = "return_on"
    OVERDUE_ON = "overdue_on"
    DUE_ON = "due_on"
    DAYS_PAST_DUE = "days_past_due"
    TOTAL = "total"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    PENALTY_INTEREST = "penalty_interest"
    PENALTY = "penalty"
    FEES = "fees"
    CONTRACT_AMOUNT = "contract_amount"
    PAID_AMOUNT = "paid_amount"
    PENALTY_RATE = "penalty_rate"
    LAST_PAID_ON = "last_paid_on"
    LAST_PAID = "last_paid"
    HOME_ADDRESS = "home_address"
    WORK_ADDRESS = "work_address"
    REGISTERED_ADDRESS = "registered_address"
    DELIVERY_ADDRESS = "delivery_address"
    OTHER_ADDRESS = "other_address"
    LON = "lon"
    LAT = "lat"
    DATUM = "datum"
    GUARANTOR_NAME = "guarantor_name"
    GUARANTOR_ID = "guarantor_id"
    GUARANTEE_KIND = "guarantee_kind"
    REMARK = "remark"
    PAID_ON = "paid_on"
    PAID = "paid"
    SUMMARY = "summary"
    SERIAL = "serial"


PARTS = (Field.PRINCIPAL, Field.INTEREST, Field.PENALTY_INTEREST, Field.PENALTY, Field.FEES)
AMOUNTS = (Field.TOTAL, *PARTS, Field.CONTRACT_AMOUNT, Field.PAID_AMOUNT)
ADDRESSES = (
    Field.HOME_ADDRESS,
    Field.WORK_ADDRESS,
    Field.REGISTERED_ADDRESS,
    Field.DELIVERY_ADDRESS,
    Field.OTHER_ADDRESS,
)

SPELLINGS: dict[Field, str] = {
    Field.CASE_NO: "案件序列号 案件编号 案件号 案件id 委案编号 序列号 case_no caseno",
    Field.CONTRACT_NO: "合同编号 合同号 贷款合同号 借据号 合同流水号 contractno",
    Field.PRODUCT: "产品 产品名称 产品类型 业务类型 业务品种",
    Field.BATCH: "批次 批次号 委案批次",
    Field.NAME: (
        "客户姓名 姓名 债务人 债务人姓名 持卡人 持卡人姓名 借款人 借款人姓名 客户名称 "
        "欠款单位/个人 欠款单位 欠款人 债务人名称 name"
    ),
    Field.ID_TYPE: "证件类型 证件种类",
    Field.ID_NUMBER: (
        "证件号码 证件号 身份证 身份证号 身份证号码 "
        "统一社会信用代码 统一社会信用代码或身份证 统一社会信用代码/身份证号 idno"
    ),
    Field.CARD_NO: "卡号 信用卡号 账号 账户 贷款账号 卡账号",
    Field.PHONE: "手机 手机号 手机号码 联系电话 电话 本人手机 联系方式 phone",
    Field.CONTACT_NAME: "联系人 联系人姓名",
    Field.PLACED_ON: "委案日期 委案日 委托日期 委外日期 派案日期",
    Field.RETURN_ON: "预计退案日 预计退案日期 退案日 退案日期 委案到期日 委托到期日",
    Field.OVERDUE_ON: "首次逾期日 逾期日 逾期日期 逾期开始日 逾期起始日 首逾日",
    Field.DUE_ON: "约定付款日 约定还款日 应付款日 到期日 应还日期 付款期限 最后一期到期日 最后还款期限",
    Field.DAYS_PAST_DUE: "逾期天数 逾期日数",
    Field.TOTAL: "委案金额 委托金额 欠款总额 逾期总额 总欠款 尚欠货款 尚欠金额 欠款金额 应还总额 结欠金额 委外金额",
    Field.PRINCIPAL: "本金余额 本金 剩余本金 欠款本金 逾期本金",
    Field.INTEREST: "利息 欠息 利息余额 逾期利息",
    Field.PENALTY_INTEREST: "罚息 罚息余额 复利",
    Field.PENALTY: "违约金 滞纳金 逾期违约金",
    Field.FEES: "费用 手续费 其他费用 年费 服务费",
    Field.CONTRACT_AMOUNT: "合同金额 合同总额 货款总额",
    Field.PAID_AMOUNT: "已付金额 已付货款 已还金额 累计已付",
    Field.PENALTY_RATE: "违约金率 日违约金率 滞纳金率 违约金比例",
    Field.LAST_PAID_ON: "最后还款日 最后还款日期 最近还款日 最近还款日期 末次还款日",
    Field.LAST_PAID: "最后还款额 最后还款金额 最近还款额 最近还款金额 末次还款金额",
    Field.HOME_ADDRESS: "家庭地址 住址 居住地址 家庭住址 现住址 地址 住宅地址",
    Field.WORK_ADDRESS: "单位地址 公司地址 工作地址 工作单位地址",
    Field.REGISTERED_ADDRESS: "户籍地址 身份证地址 户口地址 注册地址",
    Field.DELIVERY_ADDRESS: "送货地址 收货地址 供货地址",
    Field.OTHER_ADDRESS: "经营地址 其他地址 账单地址 通讯地址",
    Field.LON: "经度 lon lng longitude",
    Field.LAT: "纬度 lat latitude",
    Field.DATUM: "坐标系 坐标系统 坐标类型 datum",
    Field.GUARANTOR_NAME: "保证人 担保人 保证人姓名 担保人姓名",
    Field.GUARANTOR_ID: "保证人证件 保证人证件号 保证人证件号码 保证人身份证 担保人证件 担保人身份证号",
    Field.GUARANTEE_KIND: "保证方式 担保方式",
    Field.REMARK: "备注 说明 催记 备注信息",
}
PAYMENT_SPELLINGS: dict[Field, str] = {
    Field.CASE_NO: SPELLINGS[Field.CASE_NO],
    Field.CONTRACT_NO: SPELLINGS[Field.CONTRACT_NO],
    Field.PAID_ON: "入账日期 入账日 还款日期 还款日 到账日期 付款日期 交易日期",
    Field.PAID: "入账金额 还款金额 到账金额 付款金额 交易金额 金额",
    Field.SUMMARY: "摘要 交易摘要 类型 交易类型 备注",
    Field.SERIAL: "流水号 交易流水号 交易流水 凭证号",
}
SYNONYMS: dict[str, Field] = {word: named for named, words in SPELLINGS.items() for word in words.split()}
PAYMENT_SYNONYMS: dict[str, Field] = {
    word: named for named, words in PAYMENT_SPELLINGS.items() for word in words.split()
}
