"""What officers find on a visit: invented, in the words of the trade, by the items that are checked.

Lines of business and codes of items are those of the shipped presets; dispositions are those of handbook §5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.demo.dice import Dice

FOOD = ("13", "14", "15", "512", "522", "62")
DRUGS = ("27", "515", "525")
PARLOURS = ("80", "90")
FARM = ("5166", "5167", "5168", "5112", "2625")
GOODS = ("51", "52")

# Dispositions by how grave a problem is, as often as they are chosen.
DISPOSITIONS: tuple[Mapping[str, float], ...] = (
    {"admonish": 88, "order": 12},
    {"order": 76, "admonish": 16, "simple_penalty": 8},
    {"case": 55, "order": 30, "simple_penalty": 12, "report": 3},
)
# Days that an order gives.
LIMITS = (7, 10, 15, 15, 15, 30)


@dataclass(frozen=True)
class Wrong:
    """A problem that may be found: under which item, in which trades (how their codes start; none: all), how grave."""

    item: str
    trades: tuple[str, ...]
    grave: int
    text: str


def _wrongs(trades: tuple[str, ...], table: str) -> tuple[Wrong, ...]:
    return tuple(
        Wrong(item, trades, int(grave), text)
        for item, grave, text in (line.split(maxsplit=2) for line in table.strip().splitlines())
    )


WRONGS = (
    *_wrongs((), """
subject_qualification 0 营业执照正本未悬挂在经营场所醒目位置，现场已整改悬挂
subject_qualification 0 营业执照副本破损、二维码无法扫描，已指导申请补领
subject_qualification 1 实际经营场所与登记住所不一致，未办理变更登记
subject_qualification 1 更换经营者后未办理变更登记
subject_qualification 0 {year}年度报告尚未报送，已当场告知并指导填报
business_scope 1 经营项目超出登记的经营范围，未办理变更登记
business_scope 0 店招名称与登记名称不一致，已要求更换
"""),
    *_wrongs(FOOD, """
prior_permit 1 食品经营许可证已临近到期，未提出延续申请
prior_permit 2 食品经营许可证到期后仍在经营
prior_permit 0 从业人员{n}人健康证明不在有效期内，已当场调离岗位
goods_identity 1 货架上{n}袋预包装食品标签未标注生产日期和保质期
goods_identity 0 散装食品容器上未标明名称、生产日期和生产者
supply_channel 1 进货台账自上月起未登记，抽查{n}个批次不能提供供货者资质和票据
supply_channel 0 进货票据未分类装订，已指导整理
goods_quality 1 货架上有{n}件食品超过保质期，当场下架封存
goods_quality 2 冷藏柜内{n}公斤肉制品已变质，当场封存
goods_quality 0 防蝇防鼠设施破损，已当场修补
goods_quality 1 操作间生熟食品混放，刀具砧板无标识
"""),
    *_wrongs(DRUGS, """
prior_permit 1 执业药师注册证书临近到期，未办理延续
goods_identity 1 {n}盒处方药与非处方药混放，未设警示标识
supply_channel 1 抽查{n}个品种未能提供随货同行单
goods_quality 1 阴凉柜温湿度记录缺{n}天
goods_quality 2 {n}盒药品超过有效期仍在货架上陈列
"""),
    *_wrongs(PARLOURS, """
prior_permit 0 公共场所卫生许可证未公示，现场已整改
goods_identity 1 {n}瓶化妆品无中文标签
supply_channel 1 使用的{n}种护肤产品不能提供进货凭证
goods_quality 0 价目表未在店内公示，已当场张贴
business_scope 1 发放预付卡未公示退卡办法，未与消费者签订书面合同
"""),
    *_wrongs(FARM, """
prior_permit 2 农药经营许可证所载负责人与实际不符
goods_identity 1 {n}袋肥料包装标识的登记证号不全
supply_channel 1 未建立农资购销台账
goods_quality 1 {n}瓶农药超过质量保证期，当场下架
"""),
    *_wrongs(GOODS, """
goods_identity 0 {n}件商品未标明厂名厂址，已下架
goods_identity 1 店内{n}件商品使用与他人注册商标近似的标识，来源待查
supply_channel 0 进货凭证保存不全，已指导建立索证索票档案
goods_quality 1 {n}件电器类商品不能提供强制性认证证书
goods_quality 0 商品标价签缺失{n}处，已当场补齐
"""),
)  # fmt: skip

UNLICENSED = (
    Wrong("subject_qualification", (), 1, "未办理营业执照从事经营活动，已告知办照条件和程序，责令限期办理"),
    Wrong("subject_qualification", (), 1, "经催办仍未取得营业执照，继续从事经营活动"),
    Wrong("subject_qualification", (), 0, "符合便民摊点条件，已引导进入疏导点经营并指导登记"),
    Wrong("subject_qualification", (), 2, "无照经营且拒不改正，已固定证据"),
)

# What the record says beside its list of problems, by the visit's outcome.
NARRATIVES: Mapping[str, tuple[str, ...]] = {
    "no_problem": (
        "按事项清单逐项检查，未发现问题。",
        "证照齐全，台账完整，现场秩序良好，未发现问题。",
        "出示证件、说明来意后检查，各项符合要求，已将结果当场告知经营者。",
        "经营正常，已宣传年度报告和消费维权规定。",
        "上次提出的要求均已落实，未发现新问题。",
    ),
    "problem": (
        "检查中发现问题，已当场说明依据并由经营者确认。",
        "发现下列问题，已书面告知并按规定处置。",
        "对存在的问题进行了行政指导，处置情况见问题清单。",
    ),
    "not_found": ("登记地址未见该经营者，邻近商户称已搬离，已按规定记录。", "现场门锁闭，张贴联系告知，电话联系未果。"),
    "refused": ("经营者以负责人不在为由不配合检查，已告知法律责任，另行安排。",),
    "unlicensed": ("现场有经营行为，不能提供营业执照。", "摊点仍在经营，未能出示证照，处置见问题清单。"),
}
CORRECTED = ("复查：责令改正事项已整改到位。", "复查：整改情况与要求相符，予以确认。")
DANGER = "危及人身安全，已当场采取应急措施，移交执法办案岗。"
NOT_FOLLOWED = "逾期未改正，经催告仍未整改，移交执法办案岗。"
CASE_RETURNED = "已作出处理决定并送达，当事人已履行。"
CASE_CLOSED = "处罚决定已履行，予以办结，转案后回查。"
GRADE_KEPT = "首次违法且已改正，维持现信用等级。"
UNFINISHED = "负责人外出，进货票据待核对后补录。"
RETURN_REASONS = (
    "处置写明责令改正，但未说明依据，请补充后重新提交。",
    "检查事项漏填，请核对后补录。",
    "叙述与勾选结果不一致，请更正。",
    "第二名执法人员填写有误，请核实。",
)


def suited(trade: str, items: Sequence[str]) -> list[Wrong]:
    """What may be wrong with a business of the trade where these items are checked."""
    found = [wrong for wrong in WRONGS if wrong.item in items]
    own = [wrong for wrong in found if wrong.trades and trade.startswith(wrong.trades)]
    return own or [wrong for wrong in found if not wrong.trades]


def worded(wrong: Wrong, dice: Dice, year: int, *key: object) -> str:
    """The problem in words, with the numbers of this one."""
    return wrong.text.format(n=dice.between(2, 12, *key, "n"), year=year)
