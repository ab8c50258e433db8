"""What people complain of, report and ask, and what is answered: invented, in the words of the trade.

Nobody in these texts is a person: whoever asks is named by a running number, and telephones begin with 164, a
series of mobile numbers that is given to no company.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessment.demo.dice import Dice
from assessment.demo.findings import DRUGS

CATERING = ("62", "522", "14")
CLOTHES = ("5232", "5233", "5131", "5133", "523")
THINGS = ("5272", "5273", "5274", "5271", "528", "5237", "521", "524")
CARS = ("526", "8111")
PARLOURS = ("804", "805", "901", "902", "8030", "8391", "8060")
SERVICES = ("70", "72", "80", "81", "61", "50", "75")


@dataclass(frozen=True)
class Grievance:
    """A matter that may come in: its kind, the trades it fits (none: all), category, line and words."""

    kind: str
    trades: tuple[str, ...]
    category: str
    line: str
    text: str


def _matters(kind: str, trades: tuple[str, ...], table: str) -> tuple[Grievance, ...]:
    return tuple(
        Grievance(kind, trades, category, line, text)
        for category, line, text in (row.split(maxsplit=2) for row in table.strip().splitlines())
    )


MATTERS = (
    *_matters("complaint", CATERING, """
食品质量 food 在该店购买的食品打开后发现有异物，要求退款并赔偿，商家只同意退{small}元。
食品质量 food 购买的散装糕点已有霉点，保存有付款记录和照片，要求按规定赔偿。
食品质量 food 外卖送达时包装破损、菜品不全，与商家协商{days}天未果，要求退款{small}元。
价格 fair_trade 结账金额与菜单标价不符，多收{small}元，要求退还。
食品质量 food 购买的牛奶已过保质期{days}天，要求退一赔十。
"""),
    *_matters("complaint", CLOTHES, """
三包 consumer_protection 购买的鞋穿了{days}天开胶，商家以已穿着为由拒绝退换，涉及{middle}元。
三包 consumer_protection 购买的外套洗一次严重掉色，商家不承认质量问题，要求退款{middle}元。
合同 market_contract 交定金{middle}元订购服装，店家逾期未交货也不退定金。
"""),
    *_matters("complaint", THINGS, """
三包 consumer_protection 购买的家电使用{days}天后不能启动，商家维修两次仍有故障，要求换货。
三包 consumer_protection 购买的手机屏幕失灵，商家称人为损坏拒绝保修，涉及{large}元，要求检测。
广告 trademark_advertising 商家宣传“全市最低价”，实际价格高于其他门店，要求补差价{middle}元。
三包 consumer_protection 订购的家具与样品材质不符，要求退货并退款{large}元。
合同 market_contract 交付定金{large}元后商家单方加价，要求按原合同履行。
"""),
    *_matters("complaint", CARS, """
维修 consumer_protection 车辆维修后同一故障{days}天内再次出现，要求免费返修或退还维修费{large}元。
价格 fair_trade 维修前未告知费用，结账时比预估多{middle}元，要求出具明细并退还多收部分。
合同 market_contract 购车时承诺的保养项目未兑现，要求履行约定。
"""),
    *_matters("complaint", PARLOURS, """
预付卡 consumer_protection 办理预付卡{large}元，店铺以装修为由停业{days}天，要求退还余额。
预付卡 consumer_protection 办卡后更换经营者不认可余额，要求退卡{large}元。
服务 consumer_protection 美发前未说明价格，结账时要求支付{middle}元，要求退还多收部分。
服务 consumer_protection 使用店内产品后皮肤过敏，要求赔偿{middle}元。
预付卡 consumer_protection 培训课程未按约开课，要求退还剩余课时费{large}元。
"""),
    *_matters("complaint", SERVICES, """
服务 consumer_protection 约定的服务未按时完成，拖延{days}天，要求退还{middle}元。
合同 market_contract 中介收取{large}元后未提供约定服务，要求退款。
价格 fair_trade 上门服务实际收费与标价不符，多收{small}元。
"""),
    *_matters("complaint", DRUGS, """
价格 fair_trade 药品标签价与结账价不一致，多收{small}元。
广告 trademark_advertising 店员宣传保健食品可以治病，购买{middle}元后发现为普通食品，要求退款。
"""),
    *_matters("complaint", (), """
计量 fair_trade 购买商品复秤短少，要求补足并赔偿。
三包 consumer_protection 购买的商品与宣传不符，要求退款{middle}元，商家拒绝。
发票 consumer_protection 消费{small}元后商家拒绝提供购物凭证。
"""),
    *_matters("report", CATERING, """
食品安全 food 反映该店后厨卫生差，食材直接堆放在地面。
食品安全 food 反映该店销售的预包装食品无生产日期，附照片{n}张。
食品安全 food 反映该店从业人员无健康证明，使用过期原料。
许可 food 反映该店无食品经营许可证对外经营{days}天以上。
"""),
    *_matters("report", DRUGS, """
药品 drugs 反映该店销售处方药不查验处方。
药品 drugs 反映该店执业药师不在岗仍销售处方药。
"""),
    *_matters("report", (), """
无照经营 registration 反映该处无营业执照长期经营，影响周边。
广告 trademark_advertising 反映该店门头和宣传单使用“第一品牌”“国家级”等用语。
商标 trademark_advertising 反映该店销售标有他人注册商标的商品，疑为仿冒。
价格 fair_trade 反映该店商品未明码标价，随意要价。
计量 fair_trade 反映该店使用的电子秤未经检定，{n}次复秤均短少。
质量 consumer_protection 反映该店销售无强制性认证标志的电器{n}件。
登记 registration 反映该公司登记地址查无此企业，疑似提供虚假住所。
"""),
    *_matters("clue", (), """
无照经营 registration 巡查发现该处新开摊点，未见营业执照，移交核查。
食品安全 food 网格信息员发现该店门口堆放来源不明的桶装食用油{n}桶。
质量 consumer_protection 抽检通报涉及该店在售商品{n}批次，移交核查。
广告 trademark_advertising 广告监测提示该店网页含有绝对化用语，移交核查。
"""),
    *_matters("enquiry", (), """
咨询 registration 咨询个体工商户变更经营场所需要哪些材料。
咨询 food 咨询小餐饮办理登记备案的流程和时限。
咨询 registration 咨询个体工商户年度报告的报送时间和方式。
咨询 consumer_protection 咨询网购商品七日无理由退货的适用范围。
咨询 registration 咨询注销营业执照的简易程序。
咨询 food 咨询食品经营许可证延续的提前时间。
"""),
)  # fmt: skip

# What is answered to an enquiry, in the order of the enquiries above.
ANSWERS = (
    "已告知所需材料清单和网上办理入口，可到登记窗口或网上办理。",
    "已告知登记备案流程、现场核查要点和办理时限。",
    "已告知每年1月1日至6月30日报送，并发送操作指引。",
    "已告知适用和不适用的商品类别及期限。",
    "已告知简易注销的适用条件、公示期和办理步骤。",
    "已告知应在有效期届满前提出延续申请，并发送材料清单。",
)
SETTLED = (
    "经调解，商家退还部分款项，双方达成一致，已签调解协议。",
    "经调解，商家同意换货并承担往返费用，投诉人表示接受。",
    "商家已按诉求全额退款，投诉人撤回投诉。",
    "经调解，商家免费返修并给予补偿，双方无异议。",
    "商家当场道歉并退还多收款项，投诉人认可。",
)
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "no_agreement": ("双方对赔偿金额分歧较大，不能达成一致，终止调解，已告知可通过诉讼解决。",),
    "no_show": ("被投诉方经两次通知未到场，终止调解，已告知其他解决途径。",),
    "no_test": ("双方就检测费用由谁垫付不能协商一致，终止调解。",),
}
HANDLED = (
    "现场核查属实，已责令改正并录入巡查记录，处理结果已告知。",
    "经核查，反映情况部分属实，已对经营者进行行政指导并督促整改到位。",
    "现场检查发现{n}件涉事商品，已下架封存，经营者已提交整改说明。",
    "核查属实，违法行为轻微并及时纠正，依法不予处罚，已批评教育。",
)
NOT_UPHELD = (
    "经现场核查，证照齐全、台账完整，未发现反映的问题。",
    "两次到现场核查，未见所反映的经营行为。",
    "经查，商品标识符合规定，反映情况不属实。",
)
TO_CASE = ("现场核查涉嫌违法，证据已固定，移交执法办案岗立案审查。",)
REFUSALS: Mapping[str, tuple[str, ...]] = {
    "not_ours": ("反映事项不属于市场监督管理部门职责，已告知向有关部门反映。",),
    "elsewhere": ("人民法院已受理同一争议，不予受理，已书面告知。",),
    "not_consumer": ("不能提供存在消费关系的证据，不属于生活消费争议，不予受理。",),
    "material": ("经通知逾期未补正材料，不予受理。",),
    "too_old": ("自知道权益受损之日起已超过三年，不予受理。",),
}
BACK_TO_SENDER = "缺少投诉人真实姓名和联系方式，退回补充。"
COMPLETED = "材料已补齐，重新登记。"
TRANSFERRED = (
    "占道经营事项，移送城市管理部门。",
    "劳动报酬争议，移送人力资源和社会保障部门。",
    "油烟扰民事项，移送生态环境部门。",
)
WRONG_GRID = "经核对地址在相邻网格辖区，退回受理岗重新分派。"
ESCALATED = ("被投诉方在多个网格设店，网格无法独自处理，报请所里牵头。", "争议金额较大、双方对立，报请所里组织调解。")
PAUSED = "双方同意送检，检测期间暂停计时。"
RESUMED = "检测报告已收到，恢复计时。"
EXTENDED = "案情复杂，需向生产地协查，经批准延长。"
SENT_BACK = ("处理结果未写明依据，请补充后再报。", "未附与投诉人的沟通情况，请补充。")
TOLD = ("已电话告知处理结果和依据，对方表示知悉。", "已短信告知处理结果。", "已书面告知处理结果和救济途径。")
REOPENED = "投诉人反映商家未履行协议，重新办理。"
LATE_BECAUSE = ("当事人多次更改调解时间。", "等待外地协查回函。", "网格人员抽调参加专项检查，已调整分工。")
COMMENTS: Mapping[int, tuple[str, ...]] = {
    5: ("处理及时，谢谢。", "工作人员很耐心。", ""),
    4: ("结果满意，时间稍长。", ""),
    3: ("处理一般。", ""),
    2: ("等待时间太长。", "结果与期望有差距。"),
    1: ("问题没有解决。",),
}
CHINESE_FIGURES = str.maketrans("0123456789", "〇一二三四五六七八九")
# What is at stake, in yuan: a meal or a small overcharge; a garment, a repair, a treatment; a deposit, a device, a card
# paid beforehand.
MONEY: Mapping[str, tuple[int, ...]] = {
    "small": (12, 15, 18, 22, 26, 32, 36, 45, 58, 68, 86, 108),
    "middle": (99, 128, 159, 199, 239, 268, 299, 368, 398, 459, 599, 799),
    "large": (680, 899, 1099, 1299, 1500, 1980, 2399, 2680, 3000, 3599, 4280, 5800),
}


# How clues begin that come from the grid itself; the others come from elsewhere.
FROM_THE_GRID = {"daily_check": "巡查", "grid": "网格信息员"}


def suited(kind: str, trade: str, channel: str) -> list[Grievance]:
    """What may come in of a kind by a channel about a business of the trade."""
    of_kind = [matter for matter in MATTERS if matter.kind == kind]
    found = [matter for matter in of_kind if not matter.trades or trade.startswith(matter.trades)]
    if kind != "clue":
        return found
    own = FROM_THE_GRID.get(channel)
    return [
        matter
        for matter in found
        if (matter.text.startswith(own) if own else not matter.text.startswith(tuple(FROM_THE_GRID.values())))
    ]


def worded(text: str, dice: Dice, *key: object) -> str:
    """The sentence with the numbers of this one."""
    money = {scale: dice.pick(amounts, *key, scale) for scale, amounts in MONEY.items()}
    return text.format(days=dice.between(3, 40, *key, "days"), n=dice.between(2, 9, *key, "n"), **money)


def phone(number: int) -> str:
    """A telephone number that nobody has: of a series of mobile numbers that is given to no company."""
    return f"164{number % 10**8:08}"


def person(number: int) -> str:
    """Who asks, named by a running number in Chinese figures: 演示来电人〇一二三."""
    return "演示来电人" + f"{number:04}".translate(CHINESE_FIGURES)
