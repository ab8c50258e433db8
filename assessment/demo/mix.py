"""How many of what: the sources' published mixes, and the trades that fill them.

Source: handbook §4 R (classes, credit, modes), §3 L (unlicensed traders), §3 R (markets).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Mix:
    """Counts of a bureau's ledger; `credit` is class → credit → registered subjects."""

    credit: Mapping[str, Mapping[str, int]]
    enterprises: Mapping[str, int]  # class → how many of its subjects are enterprises, the rest individual businesses
    unlicensed: Mapping[str, int]  # what they trade in → how many
    markets: int
    second_premises: int
    by_place_only: int  # rows without a grid code, but with a point
    lost: int  # rows with neither
    medium_by_trade: int  # class 2 because of the trade; the file says so for the others

    @property
    def registered(self) -> int:
        """Enterprises and individual businesses."""
        return sum(sum(grades.values()) for grades in self.credit.values())

    @property
    def rows(self) -> int:
        """Rows of the ledger file, one for each premises."""
        return self.registered + self.markets + sum(self.unlicensed.values()) + self.second_premises

    def scaled(self, by: int) -> "Mix":
        """A mix about 1/`by` the size, nothing below one: for tests and for a look in a hurry."""

        def less(counts: Mapping[str, int]) -> dict[str, int]:
            return {name: max(1, count // by) for name, count in counts.items()}

        return Mix(
            credit={tier: less(grades) for tier, grades in self.credit.items()},
            enterprises=less(self.enterprises),
            unlicensed=less(self.unlicensed),
            markets=max(1, self.markets // by),
            second_premises=max(1, self.second_premises // by),
            by_place_only=max(1, self.by_place_only // by),
            lost=max(1, self.lost // by),
            medium_by_trade=max(1, self.medium_by_trade // by),
        )


# R: classes 702 / 3,323 / 7,636, credit 8,799 / 2,801 / 61, of which 14 / 243 / 2,605 of credit B or C stand in classes
# 1 / 2 / 3: with these, preset FR's combination gives key 945, general 5,685, exempt 5,031 exactly.
FULL = Mix(
    credit={
        "high": {"A": 688, "B": 12, "C": 2},
        "medium": {"A": 3080, "B": 235, "C": 8},
        "low": {"A": 5031, "B": 2554, "C": 51},
    },
    enterprises={"high": 160, "medium": 430, "low": 1099},
    unlicensed={"food": 45, "catering": 89, "farm supplies": 12, "repair": 10, "other": 227},
    markets=8,
    second_premises=60,
    by_place_only=1200,
    lost=25,
    medium_by_trade=40,
)

# A dozen premises for the second bureau.
TINY = Mix(
    credit={"high": {"A": 2, "B": 1}, "medium": {"A": 2, "B": 1}, "low": {"A": 3, "B": 1}},
    enterprises={"high": 1, "medium": 1, "low": 1},
    unlicensed={"catering": 1},
    markets=0,
    second_premises=1,
    by_place_only=1,
    lost=0,
    medium_by_trade=0,
)


@dataclass(frozen=True)
class Line:
    """A trade of GB/T 4754-2017, the word for such a shop, and how common it is among individuals and enterprises."""

    trade: str
    word: str
    individuals: int
    enterprises: int


def _lines(table: str) -> tuple[Line, ...]:
    return tuple(
        Line(trade, word, int(individuals), int(enterprises))
        for trade, word, individuals, enterprises in (line.split() for line in table.strip().splitlines())
    )


# Class 1 of preset FR: decided by the trade alone.
HIGH = _lines("""
1011 石灰石厂 0 1
1392 豆制品坊 2 2
1411 糕点加工 2 3
1522 饮用水厂 0 2
2319 印刷 1 6
2625 有机肥料 0 1
2720 制药 0 1
5121 粮油批发部 3 4
5123 果蔬批发部 4 4
5127 酒水批发 2 6
5128 卷烟批发 0 1
5151 医药批发 0 4
5162 油品销售 0 2
5166 农资经营部 4 2
5167 农药经营部 2 1
5169 化工原料 0 3
5221 粮油店 9 1
5222 糕点店 7 1
5223 果蔬店 14 1
5224 鲜肉水产店 11 1
5225 保健食品店 2 1
5226 烟酒茶行 15 4
5227 烟草店 5 0
5229 副食店 13 2
5251 药房 9 8
5252 中药铺 3 2
5253 兽药店 1 0
5265 加油站 0 5
5266 加气站 0 2
7262 职业介绍所 2 5
7263 劳务派遣 0 6
8040 理发店 22 1
8051 浴池 2 1
8052 足浴店 5 1
8053 养生馆 4 1
9011 歌厅 2 2
9012 电玩城 1 1
9013 网吧 3 4
9020 游乐园 0 1
""")

# Class 2 by trade.
MEDIUM = _lines("""
5112 种子批发 1 2
5145 音像批发 1 2
5244 音像店 6 2
""")

# Everything else: class 3, or class 2 where the file says so for the place (main streets, schools, markets).
OTHER = _lines("""
2110 家具厂 1 3
3311 金属制品 1 5
4920 水电安装 1 4
5011 装饰 2 12
5133 鞋帽批发部 2 1
5135 日杂批发部 4 2
5165 建材批发 4 9
5172 汽配批发 1 4
5174 五金批发 3 5
5211 百货店 11 2
5212 超市 10 5
5213 便利店 22 2
5231 布艺店 3 0
5232 服装店 24 3
5233 鞋店 8 1
5234 化妆品店 6 2
5235 日杂店 9 0
5236 眼镜店 2 1
5237 箱包店 2 0
5241 文具店 6 1
5242 体育用品店 2 1
5243 书店 2 1
5245 珠宝店 1 1
5246 工艺品店 2 0
5261 汽车销售 0 5
5263 汽配店 6 4
5264 摩托车行 3 0
5272 家电店 6 3
5273 电脑店 3 4
5274 手机店 8 3
5281 五金店 14 3
5282 灯饰店 3 1
5283 家具店 4 3
5286 木门店 3 2
5287 瓷砖店 3 2
5292 电子商务 7 9
5297 宠物店 2 1
6121 旅馆 3 2
6130 民宿 2 0
6210 餐馆 26 4
6220 快餐店 14 2
6231 茶馆 3 0
6232 咖啡馆 2 1
6239 奶茶店 7 1
6291 小吃店 28 0
6513 软件 0 10
7020 物业服务 0 6
7030 房产经纪 3 5
7241 代理记账 0 5
7243 信息咨询 0 14
7259 广告 2 9
7281 会展服务 0 3
7299 商务服务 0 10
7519 技术推广 0 8
8010 家政服务 3 4
8030 干洗店 5 1
8060 照相馆 3 1
8111 汽车修理厂 9 4
8131 家电维修部 4 0
8192 修鞋铺 2 0
8219 保洁服务 1 4
8391 培训 0 4
""")

UNLICENSED: Mapping[str, tuple[Line, ...]] = {
    "food": _lines("""
5221 粮油摊 2 0
5223 菜摊 5 0
5224 肉摊 3 0
5229 零食摊 3 0
"""),
    "catering": _lines("""
6210 家常菜摊 2 0
6220 盒饭摊 3 0
6291 小吃摊 6 0
6299 早点摊 4 0
"""),
    "farm supplies": _lines("""
5166 化肥点 2 0
5167 农药点 1 0
"""),
    "repair": _lines("""
8111 修车点 2 0
8131 修理点 2 0
8192 修鞋摊 1 0
"""),
    "other": _lines("""
5211 杂货摊 5 0
5232 服装摊 5 0
5235 日用品摊 4 0
5281 五金摊 2 0
5291 流动货摊 6 0
5295 旧货摊 2 0
8030 洗衣点 1 0
8090 配钥匙摊 1 0
"""),
}

MARKET_WORDS = ("农贸市场", "建材市场", "果品市场", "服装市场", "汽配市场", "综合市场", "花卉市场", "旧货市场")
MARKET_TRADE = "7223"
# Trades that need a food or drug permit, by how their codes start.
FOOD_PERMIT = ("13", "14", "15", "512", "522", "62")
DRUG_PERMIT = ("27", "515", "525")
