"""Red flags: what an advert itself asks for, promises or leaves out, whatever number stands in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.register.law.loading import shipped_law
from registry.verification.checks.advert import country_in
from registry.verification.checks.clauses import Reading
from registry.verification.checks.red_flags import ROWS, raised, read_advert, red_flags, visa_in
from registry.verification.checks.rules import StatedDetail
from registry.verification.checks.text import MAX_CHARACTERS, readable
from registry.vocabulary.checks import CheckKind
from registry.vocabulary.codes import RedFlag
from registry.vocabulary.register import Visa
from tests.costing import costing_at_most
from tests.thorough import thorough


def flags(advert: str) -> set[str]:
    return {str(flag) for flag in red_flags(advert)} - {"no_company"}


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("招缝纫工去意大利，押金三万，到期退还", "deposit"),
        ("希腊酒店保洁，先付訂金五千", "deposit"),
        ("办葡萄牙工签全包手续费5万", "fee"),
        ("波兰工厂直招，不成功不收费", "fee"),
        ("去西班牙摘果子，费用两万，分期也行", "fee"),
        ("荷兰分拣，总共四个达不溜，走之前付清", "fee"),
        ("护照先寄过来，我们统一办理", "passport"),
        ("走旅游签进去，到了再说", "tourist_visa"),
        ("先到法国再补工作居留", "tourist_visa"),
        ("商務簽出去，落地打工", "business_visa"),
        ("学生签打工，上课不上课随便", "study_visa"),
        ("夜班整烫，不用签合同", "no_contract"),
        ("款打到我个人账户，不走公司", "private_account"),
        ("内部名额，保证出签", "quota_place"),
        ("装修小工，一天800，现金日结", "cash_wages"),
        ("Pay a processing fee of 900 EUR, enter on a tourist visa", "fee tourist_visa"),
        ("Lavoro in nero, cauzione di 500 euro, invia prima il passaporto", "no_contract deposit passport"),
        ("Travail sans jour de repos, de 7h à 21h, payé en espèces", "long_hours cash_wages"),
        ("Dacă pleci mai devreme plătești despăgubiri de 2.000 euro", "penalty"),
    ],
)
def test_what_an_advert_asks_for_is_read_out_of_it(advert: str, expected: str) -> None:
    assert flags(advert) == set(expected.split())


@pytest.mark.parametrize(
    ("advert", "flag", "words"),
    [
        (
            "Căutăm fete pentru menaj în Austria. Primele zece zile sunt de văzut dacă vă potriviți, nu se dau bani pe ele, "
            "după aia stăm de vorbă. Mâncarea o faceți voi, patroana e femeie bună.",
            RedFlag.UNPAID_WORK,
            "Primele zece zile",
        ),
    ],
)
def test_what_no_known_word_says_is_told_by_the_sentence_as_a_whole(advert: str, flag: RedFlag, words: str) -> None:
    read = read_advert(advert)
    assert flag not in raised(Reading(readable(advert)), ())
    assert words in next(one.words for one in read.flags if one.flag is flag)


@pytest.mark.parametrize(
    ("advert", "flag"),
    [
        ("Ristorante in Germania cerca lavapiatti, 1600 euro netti, due giorni liberi, cauzione di 800 euro. "
         "WhatsApp +39 333 0000012, chiedere di Marco", "deposit"),
        ("Ristorante in Germania cerca lavapiatti, 1600 euro netti, due giorni liberi, il passaporto lo tiene l'azienda. "
         "WhatsApp +39 333 0000012", "passport"),
        ("虚构：意大利招缝纫工，月薪1500欧，加微信vymysl_777，先交押金6000，护照寄给我们保管", "passport"),
    ],
)  # fmt: skip
def test_one_demand_in_a_fair_sounding_offer_is_not_silenced(advert: str, flag: str) -> None:
    assert flag in flags(advert)


@pytest.mark.parametrize(
    "advert",
    [
        "不收押金，不收任何费用，合同可先看",
        "不收任何费用和押金",
        "不收押金，保证金，培训费",
        "零收费、零押金、不扣证件",
        "机票签证老板出，一分钱手续费没有",
        "雇主承担就业许可费和机票",
        "雇主不收费，机票报销，签书面合同",
        "我们不办旅游签，一律工作签证",
        "备用金已缴，无中介费",
        "不需要任何人担保，不需要抵押房产，护照随身",
        "签证费70欧元由您在领事馆缴纳",
        "试用期工资照发，提前两周说一声就可以走，不罚钱",
        "凡是要你先交保证金、办旅游签、打款到个人卡的，都是骗子",
        "No fees, no deposit. Written contract before you travel.",
        "Nessuna cauzione, contratto scritto prima della partenza",
        "Non chiediamo soldi, cauzioni né documenti in originale",
        "Le passeport est conservé par le salarié, aucun frais pour le candidat",
        "Comision zero, pașaportul rămâne la dumneavoastră",
        "Chi ti chiede una cauzione o il passaporto commette un reato",
    ],
)
def test_what_denies_forbids_or_warns_raises_nothing(advert: str) -> None:
    assert flags(advert) == set()


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("不用交钱，先交5000保证金就发录取函", "deposit"),
        ("不收中介费，只收材料培训体检1.68万", "fee"),
        ("签证下来再交三万二，之前一分不收", "fee"),
        ("中介都是骗子！我们正规，全包四万八", "fee"),
        ("押金？我们从来不叫押金！叫履约信用金，1.5万", "deposit"),
        ("不收押金，护照放公司保管", "passport"),
    ],
)
def test_a_refusal_excuses_no_more_than_it_denies(advert: str, expected: str) -> None:
    assert flags(advert) == {expected}


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("我们和骗子不一样，只收报名费三千", "fee"),
        ("骗你是小狗，定金五千交了就排队", "deposit"),
        ("Pas d'arnaque ici : 1 900 euros à verser à la signature", "fee"),
        ("Nu suntem țepari: 900 de euro comision, plătiți la semnare", "fee"),
    ],
)
def test_who_says_no_swindle_of_themselves_is_no_one_who_warns(advert: str, expected: str) -> None:
    assert expected in flags(advert)


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("护照怎么办？放心，统一交公司保管", {"passport"}),
        ("护照怎么办？放心，您自己拿着", set()),
        ("Le passeport ? Pas de souci, il reste chez le patron", {"passport"}),
    ],
)
def test_an_answer_is_read_with_its_question(advert: str, expected: set[str]) -> None:
    assert flags(advert) == expected


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        ("波兰挤奶工，干不满两年的，八千块", {"penalty"}),
        ("Traitement du lait : si tu pars avant la fin, 2 500 euros", {"penalty"}),
        ("Mungitori: chi molla prima, 2.500 euro", {"penalty"}),
        ("Mulgători: dacă pleci mai devreme, 2.500 euro", {"penalty"}),
        ("Mungitori: chi molla prima non deve nulla, e nemmeno 2.500 euro li chiede l'azienda", set()),
    ],
)
def test_a_sum_behind_the_words_of_leaving_early_is_a_penalty(advert: str, expected: set[str]) -> None:
    assert flags(advert) == expected


def test_hints_count_only_beside_another_flag() -> None:
    """A word that is harmless in an honest advert means what it says beside a charge for the job."""
    assert "sham_marriage" not in flags("Cercasi sarta per abiti da sposa, contratto e bonifico")
    assert "sham_marriage" in flags("Posto di lavoro in tre mesi, 3.000 euro di commissione, ti diamo un marito")


@pytest.mark.parametrize(
    ("advert", "expected"),
    [
        (
            "Fake-free? lol. Student visa by our own college, no lessons, 700 quid to Ms Lam, MoMo, cash jobs daily",
            "fee",
        ),
        (
            "Cerco operai: diploma finto in omaggio, ottocento euro al furbo, soldi ogni sera, niente contratto, chiamate",
            "fee",
        ),
        ("波兰洗车，没纸的也收，老板发纸袋，一百五给带路的，面签官问就说看亲戚，稿子背下来", "coached_lies"),
        (
            "Récit tout prêt pour la commission, 650 la version longue, payable en espèces, travail au noir sans papiers",
            "fee",
        ),
    ],
)
def test_a_sum_that_no_words_explain_is_a_charge_beside_other_flags(advert: str, expected: str) -> None:
    assert expected in flags(advert)


def test_a_flag_shows_the_words_it_rests_on() -> None:
    words = {one.flag: one.words for one in read_advert("去克罗地亚\n护照统一放公司保管，月薪1100欧").flags}
    assert words[RedFlag.PASSPORT] == "护照统一放公司保管"
    assert words[RedFlag.NO_COMPANY] == ""


def test_an_advert_without_a_company_or_a_licence_number_is_itself_a_flag() -> None:
    assert RedFlag.NO_COMPANY in red_flags("急招厨师去德国，电话13800138000")
    for named in (
        "虚构示例劳务合作有限公司招工",
        "招工，许可证号：FICT-CN-001",
        "波兰持牌中介（KRAZ 99801）",
        "英国农场（gangmaster URN WXYZ0001）",
        "Chez Inventé, restaurant (Lyon, SIREN 999800204), embauche cuisinier",
    ):
        assert RedFlag.NO_COMPANY not in red_flags(named)
    assert RedFlag.NO_COMPANY not in red_flags("急招厨师", (StatedDetail(CheckKind.NAME, "虚构公司"),))
    assert red_flags("", ()) == ()


def test_a_notice_that_offers_nothing_lacks_no_company() -> None:
    assert red_flags("出国务工防骗提醒：先交押金、办旅游签的都不要相信，请拨打12308") == ()


def test_every_rule_that_a_flag_breaks_is_a_row_of_law() -> None:
    assert {row for rows in ROWS.values() for row in rows} <= set(shipped_law().rows)
    assert set(ROWS) == set(RedFlag)


@pytest.mark.parametrize(
    ("advert", "country"),
    [
        ("匈牙利电池厂招工", "HU"),
        ("義大利餐廳", "IT"),
        ("斯lo伐克汽车厂", "SK"),
        ("罗马尼亚工地", "RO"),
        ("Jobs in Portugal", "PT"),
        ("英国农场", "GB"),
        ("意大利法国都有", None),
        ("出国打工", None),
    ],
)
def test_the_country_of_the_job_is_read_where_the_advert_names_one(advert: str, country: str | None) -> None:
    assert country_in(advert) == country


def test_the_visa_that_an_advert_names_is_the_visa_asked_about() -> None:
    assert visa_in((RedFlag.FEE, RedFlag.TOURIST_VISA)) is Visa.TOURIST
    assert visa_in((RedFlag.FEE,)) is None


HOSTILE = (
    "押", "不", "先交", "费用", "名额", "fee ", "护照", "现金", "，", "9", "1 ", "一", "万", "工资", "(", "a.", "<", "SRL ",
    "押金不", "意", "nous ", "A ", "有限公司", "不收", "没有", "😀", "\n", "T9万", "从早", "8点", "说", "senza ", "fara ",
    "押金？", "“", '"a ', "我们不做:", "-不对", "都不收,", "有人说", "第1条: ",
)  # fmt: skip


@pytest.mark.parametrize("piece", [*HOSTILE[:6], *thorough(*HOSTILE[6:])])
def test_an_advert_of_one_piece_repeated_takes_bounded_time(piece: str) -> None:
    with costing_at_most(4):
        read_advert((piece * 200_000)[:200_000])


def test_twice_the_text_takes_about_twice_the_time() -> None:
    """Linear: a whole advert as long as is read, of the words that raise most."""
    piece = "押金三万，护照交公司，一天十三个小时，不签合同，从工资里扣，电话13800138000。"
    with costing_at_most(4):
        read_advert((piece * MAX_CHARACTERS)[:MAX_CHARACTERS])


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(HOSTILE), max_size=60).map("".join))
def test_any_text_has_flags_or_none(text: str) -> None:
    read = read_advert(text)
    assert {one.flag for one in read.flags} <= set(RedFlag)
    assert all(one.value for one in read.items)


@pytest.mark.parametrize(
    ("advert", "kind", "values"),
    [
        (
            "招焊工，项目款六万八，签协议时付三万八，登机前付三万",
            "fee",
            {
                "68000 CNY instalments",
                "38000 CNY on_contract",
                "30000 CNY before_departure",
            },
        ),
        ("团位费3万3，护照贴完签再结。招洗碗工", "fee", {"33000 CNY on_visa"}),
        ("Plombiers : 2 000 euros de frais, quand le visa est collé vous payez", "fee", {"2000 EUR on_visa"}),
        ("荷兰分拣，一天给九十欧", "wage", {"90 EUR day"}),
        ("荷兰分拣，一个月一千八", "wage", {"1800 EUR month"}),
        ("Muratori, settanta euro al giorno", "wage", {"70 EUR day"}),
        ("Welders, DKK 31,000 a month, we never charge you and you keep your passport", "wage", {"31000 DKK month"}),
        ("挪威工地，月薪32000挪威克朗，不收任何费用", "wage", {"32000 NOK month"}),
        ("Painters wanted in Leeds, you call us on 07700 900000 in the evening", "phone", {"+447700900000"}),
        ("Domaine des Trois Fictions, Reims, recrute vingt vendangeurs", "company", {"Domaine des Trois Fictions"}),
        ("Nursing aides wanted. Invented View Nursing Home, Galway", "company", {"Invented View Nursing Home"}),
        ("里昂「虚构小馆」诚招炒锅师傅", "company", {"虚构小馆"}),
        ("名额六千六一个，先给的先锁", "fee", {"6600 CNY in_advance"}),
        ("爱尔兰厨师，WhatsApp 020 910 0099", "whatsapp", {"+353209100099"}),
        ("Cerchiamo personale per autolavaggio a Bari, contratto", "sector", {"95.31"}),
        ("①报名费三百②体检自理。招采收工", "fee", {"300 CNY in_advance"}),
    ],
)
def test_an_item_is_told_in_its_plain_form(advert: str, kind: str, values: set[str]) -> None:
    assert {one.value for one in read_advert(advert).items if one.kind == kind} == values


@pytest.mark.parametrize(
    ("advert", "raised"),
    [
        ("Bonjour à tous, serveurs pour Lyon, visa touriste, vous travaillez après. 4 000 € à payer avant le départ.",
         {"fee", "tourist_visa"}),
        ("Fete pentru club în Cipru, pașaportul stă la noi, avansul îl dai înapoi din ce faci.", {"passport"}),
        ("Kitchen jobs in Malta. Package 5,200 euro paid to my Revolut, the letter will drop in your email.",
         {"fee", "private_account"}),
    ],
)  # fmt: skip
def test_words_that_notices_use_too_do_not_silence_an_offer(advert: str, raised: set[str]) -> None:
    assert raised <= flags(advert)


@pytest.mark.parametrize(
    "report",
    [
        "In brief: a ring that sold guaranteed permits was broken up on Monday. Drivers had put up their homes as security "
        "and had paid €5,000 each; their passports were kept in an office, officers said.",
        "Blitz in un laboratorio: gli operai lavoravano quattordici ore e dormivano dietro le macchine, il titolare teneva i "
        "passaporti e pagava in contanti. Secondo gli inquirenti avevano versato 5.000 euro.",
    ],
)
def test_a_report_of_what_happened_accuses_no_one(report: str) -> None:
    assert flags(report) == set()


@pytest.mark.parametrize(
    ("advert", "item"),
    [
        ("Cercasi aiuto per caseificio a Lugano, 3.900 franchi al mese, tel. 091 000 00 12", "destination CH"),
        ("Cercasi aiuto per caseificio a Lugano, 3.900 franchi al mese, tel. 091 000 00 12", "wage 3900 CHF month"),
        ("Cercasi aiuto per caseificio a Lugano, 3.900 franchi al mese, tel. 091 000 00 12", "phone +41910000012"),
        ("Cercasi aiuto per caseificio a Lugano, 3.900 franchi al mese, tel. 091 000 00 12", "sector 10.51"),
        ("Ferme laitière au Danemark. Appelez le zéro six, zéro zéro, cinquante-cinq, zéro zéro, douze", "phone +33600550012"),
        ("Ferme laitière au Danemark. Appelez le zéro six, zéro zéro, cinquante-cinq, zéro zéro, douze", "destination DK"),
        ("Fabrică de baterii în Ungaria. Taxa noastră: 3.000 de euro după ce vedeți viza lipită.", "fee 3000 EUR on_visa"),
        ("挪威三文鱼厂招人，服务费五万二，登机前付清", "fee 52000 CNY before_departure"),
        ("波兰肉厂，报名费2000，交材料后付1万，见签付3万", "fee 30000 CNY on_visa"),
        ("波兰肉厂，签约收1万，出签收2万，拢共3万", "fee 30000 CNY instalments"),
        ("只收培训费5000、翻译费1000，合计6000，开课前交清。去捷克电子厂", "fee 5000 CNY in_advance"),
        ("立陶宛卡车司机，服务费两万，先不用拿，公司借给你，去了从工资里扣", "fee 20000 CNY from_wages"),
        ("岗位｜切鱼\n服务费｜32000元，签约时付\n时薪｜198挪威克朗", "fee 32000 CNY on_contract"),
        ("岗位｜切鱼\n服务费｜32000元，签约时付\n时薪｜198挪威克朗", "wage 198 NOK hour"),
        ("罗马尼亚工地，一个月能挣一万六七", "wage 16000-17000 CNY month"),
        ("塞尔维亚修路。好多钱一天嘛？480。", "wage 480 CNY day"),
        ("冰岛摘菜，办个逛一圈的那种签，到了就干活", "visa tourist"),
        ("爱尔兰菇房，许可费公司交，每小时13欧", "visa work"),
        ("瑞士 Teehaus Erdacht OG（公司代码 000005558）请茶馆店员", "registration_number 000005558"),
        ("黑山酒店，登记电话 019900003320", "phone 19900003320"),
        ("Serres en Belgique, entre 1 900 et 2 100 euros par mois", "wage 1900-2100 EUR month"),
        ("Hotel a Rodi: 1.500 euro subito e poi 250 al mese per il posto", "fee 250 EUR monthly"),
        ("Salaires: deux mille deux cents euros par mois, usine de poisson, Islande", "wage 2200 EUR month"),
        ("Fabrică în Polonia, 5.600 złoty pe lună", "wage 5600 PLN month"),
        ("Lavoro a Madrid, chiamare 910 000 555", "phone +34910000555"),
        ("Ferma caută oameni. Sunați: șapte-doi-zero, trei zerouri, cinci-cinci-patru, cu zero în față", "phone +40720000554"),
        ("Muratori a Como, tre tre zero, zero zero zero, cinquantacinque ventidue", "phone +393300005522"),
        ("Nantong Yuanfan Servicii Inventate vă trimite la muncă în Slovacia", "company Nantong Yuanfan Servicii Inventate"),
        ("Lavoro alla Pensione Rosa, anzi alla Residenza Betulle Finte (Como)", "company Residenza Betulle Finte"),
        ("Cherche plaquistes et carreleurs pour un chantier, peintres aussi", "sector 43"),
        ("Fete la cusut fețe de pantofi, Oradea", "sector 15.20"),
        ("IBAN RO00 BTXX 0000 0555 0001 2345 pe numele Pop", "bank_account RO00BTXX0000055500012345"),
    ],
)  # fmt: skip
def test_what_an_offer_states_is_read_by_what_its_words_mean(advert: str, item: str) -> None:
    assert item in {f"{one.kind} {one.value}" for one in read_advert(advert).items}
