"""What an advert asks, quotes, denies as a list or tells of others is no offer; an offer that looks like it is one still."""

import pytest

from registry.verification.checks.red_flags import red_flags
from registry.vocabulary.codes import RedFlag


def flags(advert: str) -> set[str]:
    return {str(flag) for flag in red_flags(advert)} - {"no_company"}


QUESTIONS = (
    "新人常问：要交押金吗？不要。中途离职要赔钱吗？不用。护照会被收走吗？不会。",
    "新人常問：要繳保證金嗎？沒有。護照會被公司收走嗎？絕對不會。",
    "Qui garde le passeport ? Vous. Faut-il verser une caution de 300 euros ? Non.",
    "Chi tiene il passaporto? Tu. Devo pagare 300 euro per il corso? No. Cerchiamo saldatori.",
    "Cine ține pașaportul? Dumneavoastră. Se plătește comision de 500 euro? Nu. Angajăm sudori.",
)
QUOTATIONS = (
    "老板的口头禅：“先交三千保证金”，“护照放我们这里更安全”，“旅游签过去再转，都这么走”。",
    "「先付兩萬手續費，保證下簽」，這種話別信，我們餐廳招人不收錢。",
    "« Envoyez 900 euros pour bloquer votre place » : si vous recevez ce message, c'est faux. Nous recrutons par écrit.",
    "Gira un messaggio: «Versa 800 euro e il passaporto lo teniamo noi». È falso. Cerchiamo camerieri.",
    "Circulă „plătești 700 de euro și ai viza garantată”. E fals, firma noastră nu vinde vize. Angajăm bucătari.",
)
LISTS = (
    "我们不做这些：收押金，扣护照，办旅游签，从工资里扣中介费。招电焊工",
    "绝不发生的三件事：1.扣您的证件 2.让您交保证金 3.让您按旅游签入境。招瓦工",
    "以下一律為零：報名費、保證金、服務費。招採收工",
    "押金、保证金、中介费、培训费统统为零。招厨师",
    "扣护照——不对。先交押金——不对。签两份合同——不对。",
    "Ce que nous ne faisons pas : demander une caution, retenir 200 euros sur le salaire, payer en espèces.",
    "Non facciamo: cauzioni, visti turistici, passaporti in cassaforte. Cerchiamo due pizzaioli.",
    "Aucun de nos sept salariés n'a versé de caution, laissé son passeport ni été payé de la main à la main.",
    "Fără: taxe, garanții, muncă la negru. Cu: contract, asigurare. Căutăm mecanici.",
    "Ce nu facem: garanții, taxe de dosar, pașapoarte ținute la birou, bani în mână. Angajăm zidari.",
)
OTHERS = (
    "有人拿着我们的营业执照到处收押金，每人五千，请大家看到就通知我们。",
    "L'agenzia accanto promette permessi sicuri a 5.000 euro. Cerchiamo un tornitore.",
    "聽說隔壁廠把護照鎖在櫃子裡，一天做十四小時，我們廠不這樣。",
    "Mon cousin veut partir : un « agent » lui demande 6 000 € et son passeport. Où signaler cela ?",
    "C'è chi usa il nostro marchio e chiede 3.000 euro in contanti. Noi assumiamo con contratto.",
    "Un tip zice că dacă îi dau 2.000 de euro îmi face viza de turist. Unde pot să reclam?",
)
OWN_MONEY = (
    "多收您一元，退一罚三，罚的是我们。招瓦工",
    "公司若違約，每人賠付三萬元。招木工",
    "La banque garde notre dépôt de garantie de 30 000 €. Nous recrutons.",
    "La cauzione la versiamo noi al Ministero, 30.000 euro, come vuole la legge. Cerchiamo operai.",
    "Garanția de 20.000 de euro o depunem noi la bancă, nu lucrătorul. Angajăm șoferi.",
)
STATEMENTS = (
    "郑重声明：近日有不法人员用我公司名义办理旅游签、收取保证金一万元，均与我公司无关。我公司招聘请认准官网。",
    "勞務夜校第三課：什麼是押金，護照為什麼不能交給別人。加微信yexiao01報名",
    "Communiqué : des annonces à notre nom promettent un visa garanti contre 1 200 euros en espèces. Nous recrutons peu.",
    "Avvertenza. Annunci con il nulla osta garantito a 4.000 euro non vengono da noi. Cerchiamo personale solo dal sito.",
    "Anunț ITM: angajatorii care rețin pașapoarte sau cer garanții de 500 de euro se sancționează.",
)


@pytest.mark.parametrize("advert", [*QUESTIONS, *QUOTATIONS, *LISTS, *OTHERS, *OWN_MONEY, *STATEMENTS])
def test_what_its_writer_does_not_offer_raises_nothing(advert: str) -> None:
    assert flags(advert) == set()


FAIR = (
    "请问各位：我在葡萄牙餐馆做了八个月，老板把护照锁在柜子里，还说走人要赔三千欧。合同我签过两份，一份没给我看。"
    "这种情况去哪里投诉？会影响我的居留吗？谢谢大家。",
    "警方通报：某夫妇以办理工作签证为名，向二十余人每人收取保证金两万元，护照统一收走，到境外后每天干十四个小时。"
    "两人已被检察机关批准逮捕，请其他受害人与办案民警联系。",
    "Question : mon patron garde mon passeport dans son coffre et me paie une partie en liquide. Je travaille douze heures "
    "par jour. Est-ce que l'inspection du travail peut m'aider si je n'ai pas encore ma carte ? Merci d'avance.",
    "Is this legit? An agent says visa 100% guaranteed, pay a deposit of 900 EUR and send passport scans, come as a tourist "
    "first and they sort the papers. No company name anywhere. Has anyone been through it? My gut says scam.",
    "Due arrestati a Prato: chiedevano 6.000 euro per un nulla osta e trattenevano i passaporti, secondo la Procura. Gli operai "
    "dormivano nel laboratorio e lavoravano tredici ore. Le vittime hanno raccontato tutto al sindacato.",
    "Mi-au cerut 800 de euro garanție și pașaportul în original pentru o fermă din Spania, iar contractul ar veni acolo. "
    "Știe cineva dacă e legal? Unde pot să verific firma? Am plătit deja avansul și nu mai răspund.",
)


@pytest.mark.parametrize("advert", FAIR)
def test_a_text_that_is_fair_on_the_whole_accuses_no_one(advert: str) -> None:
    assert flags(advert) == set()


@pytest.mark.parametrize(
    ("advert", "flag"),
    [
        (
            "请问各位老乡谁想去葡萄牙餐馆？护照统一交给我保管，押金八千，签证出来再交两万，加微信abc123，名额最后三个，速来",
            "deposit",
        ),
        (
            "Question simple : tu veux partir ? 2 500 euros à la commande, le passeport reste chez moi, visa garanti, wsp",
            "fee",
        ),
    ],
)
def test_an_offer_that_begins_like_a_question_is_no_fair_text(advert: str, flag: str) -> None:
    assert flag in flags(advert)


@pytest.mark.parametrize("advert", STATEMENTS)
def test_a_statement_lacks_no_company(advert: str) -> None:
    assert RedFlag.NO_COMPANY not in red_flags(advert)


@pytest.mark.parametrize(
    ("advert", "flag"),
    [
        ("要押金吗？要，五千，回来退。招工去西班牙", "deposit"),
        ("用什么签证？旅游签，落地就干活", "tourist_visa"),
        ("Serve la cauzione? Sì, 500 euro prima di partire. Cerchiamo operai", "deposit"),
        ("Trebuie comision? Da, 900 de euro înainte de plecare. Angajăm.", "fee"),
        ("招普工去波兰，“资料费”8000，当天办", "fee"),
        ("“先苦后甜”是我们的口号，进厂押金五千，做满一年退", "deposit"),
        ("我们不做：黑工，偷渡。招焊工，押金两万，签合同时交", "deposit"),
        ("押金、保证金统统不要，只收服务费两万六", "fee"),
        ("Non facciamo: debiti, prestiti. Il passaporto lo teniamo noi in ufficio.", "passport"),
        ("Interdit chez nous : les retards. Le passeport reste dans le coffre du patron.", "passport"),
        ("别的公司收八万，我们收六万五，签证下来付。加微信abc123", "fee"),
        ("Alte firme cer 3.000 de euro, noi doar 1.500, jumătate înainte. Sunați", "fee"),
        ("Certaines agences prennent 2 000 euros, chez nous la caution est de 600 euros.", "deposit"),
        ("声明：押金八千一分不能少，报名加微信abc123，招焊工", "deposit"),
        ("Avviso: posti in agricoltura, 2.500 euro per la pratica, chiamate. Cerchiamo 20 operai", "fee"),
    ],
)
def test_an_offer_that_looks_like_it_is_flagged_still(advert: str, flag: str) -> None:
    assert flag in flags(advert)
