"""One paper being laid out: pages, the place where the next block goes, and what stands on every page.

Layout fills a list of drawing steps per page; only `finish` makes the PDF, when the number of pages is known.
The same facts give the same bytes: no clock, no chance, a fixed document id. Pure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from io import BytesIO
from threading import Lock

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from receipts import lettering, marks, wording
from receipts.facts import Paper, SealFacts, SpecimenSeal, fingerprint
from receipts.fonts import Face, typefaces
from receipts.lettering import FINE, GREY, INK, Line, SetText, Style, Tone
from receipts.marks import PAGE_HEIGHT, PAGE_WIDTH

rl_config.useA85 = 0  # binary streams: ASCII-85 would add a fifth to every photo

LEFT, RIGHT = 16 * mm, PAGE_WIDTH - 16 * mm
WIDTH = RIGHT - LEFT
TOP, BOTTOM = 40.5 * mm, PAGE_HEIGHT - 18 * mm
HAIR: Tone = (0.74, 0.78, 0.81)
SHADE: Tone = (0.952, 0.962, 0.971)
_HAIR_PT = 0.5
_QR = marks.Box(RIGHT - 26 * mm, 10.5 * mm, 26 * mm, 26 * mm)
_TITLE = Style(19, 24, Face.BOLD)
_FIRM = Style(8.6, 12, tone=GREY)
_META = Style(7.8, 11.5)

Step = Callable[[Canvas], None]
_one_at_a_time = Lock()  # reportlab's font objects keep a reading position, so two threads may not save at once


@dataclass(frozen=True, slots=True)
class Title:
    """The name of a paper, Chinese first."""

    chinese: str
    english: str


class Sheet:
    """A paper in the making. `y` is the distance in points from the top edge to where the next block goes."""

    def __init__(self, title: Title, facts: object, seal: SealFacts) -> None:
        self.title, self.seal = title, seal
        self.fingerprint = fingerprint(facts)
        self._is_specimen = isinstance(seal, SpecimenSeal)
        self.y = TOP
        self._pages: list[list[Step]] = [[]]
        self._flags: dict[str, None] = {}

    @property
    def room(self) -> float:
        """Points left on this page."""
        return BOTTOM - self.y

    def flag(self, what: str) -> None:
        """Note something a person should look at."""
        self._flags[what] = None

    def new_page(self) -> None:
        """Go on at the top of a new page."""
        self._pages.append([])
        self.y = TOP

    def need(self, height: float) -> None:
        """Go to a new page unless that many points are left on this one."""
        if self.room < height and self.y > TOP:
            self.new_page()

    def together(self, lay: Callable[[], None]) -> None:
        """Lay blocks out that belong on one page: where they do not fit on this one they begin on the next."""
        pages, steps, y = len(self._pages), len(self._pages[-1]), self.y
        lay()
        if len(self._pages) == pages or y == TOP:
            return
        del self._pages[pages:]
        del self._pages[-1][steps:]
        self.new_page()
        lay()

    def set(self, text: str, style: Style, width: float) -> tuple[Line, ...]:
        """Break the text into lines of at most that width; characters without a glyph are flagged."""
        return self._noted(lettering.wrap(text, style, width))

    def fit(self, text: str, style: Style, width: float) -> tuple[Line, ...]:
        """Set the text on one line, cut with … where it is too long."""
        return self._noted(lettering.fit(text, style, width))

    def _noted(self, done: SetText) -> tuple[Line, ...]:
        for point in done.missing:
            self.flag(f"missing-glyph {point}")
        return done.lines

    def step(self, step: Step) -> None:
        """Add a drawing step to this page."""
        self._pages[-1].append(step)

    def line(self, line: Line, style: Style, x: float, y: float) -> None:
        """Draw one set line; y is the top of its line box."""
        self.placed([(line, x, y)], style)

    def lines(self, lines: tuple[Line, ...], style: Style, x: float, y: float) -> None:
        """Draw set lines one below the other."""
        self.placed([(line, x, y + number * style.leading) for number, line in enumerate(lines)], style)

    def placed(self, lines: Sequence[tuple[Line, float, float]], style: Style) -> None:
        """Draw set lines, each where its x and the top of its line box are."""
        self.step(lambda canvas: marks.draw_text(canvas, lines, style))

    def rules(self, ends: Sequence[marks.Ends], tone: Tone = HAIR, thickness: float = _HAIR_PT) -> None:
        """Draw straight lines, each from x, y to x, y."""
        self.step(lambda canvas: marks.draw_rules(canvas, ends, tone, thickness))

    def fill(self, box: marks.Box, tone: Tone) -> None:
        """Fill a rectangle."""
        self.step(lambda canvas: marks.draw_fill(canvas, box, tone))

    def frame(self, box: marks.Box, tone: Tone = HAIR, thickness: float = _HAIR_PT) -> None:
        """Draw the outline of a rectangle."""
        left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        corners = [(left, top, right, top), (left, bottom, right, bottom), (left, top, left, bottom)]
        self.rules([*corners, (right, top, right, bottom)], tone, thickness)

    def finish(self) -> Paper:
        """Write every page with its head and foot and return the paper. Raises FontsMissing or NaiveTime."""
        typefaces()
        total = len(self._pages)
        heads = [self._head_and_foot(f"{number}/{total}") for number in range(1, total + 1)]
        with _one_at_a_time:
            out = BytesIO()
            canvas = self._canvas(out)
            if not self._is_specimen:
                canvas.beginForm("verify", 0, 0, PAGE_WIDTH, PAGE_HEIGHT)
                marks.draw_qr(canvas, marks.qr_payload(self.seal, self.fingerprint), _QR)
                canvas.endForm()
            for head, body in zip(heads, self._pages, strict=True):
                if not self._is_specimen:
                    canvas.doForm("verify")
                for step in (*head, *body):
                    step(canvas)
                if self._is_specimen:
                    marks.draw_specimen(canvas, Face.BOLD)
                canvas.showPage()
            canvas.save()
        return Paper(out.getvalue(), self.fingerprint, tuple(self._flags), len(self._pages))

    def _canvas(self, out: BytesIO) -> Canvas:
        made_at = f"D:{self.seal.generated_at.astimezone(UTC):%Y%m%d%H%M%SZ}"
        canvas = Canvas(
            out,
            pagesize=A4,
            pageCompression=1,
            invariant=1,
            initialFontName=Face.REGULAR,  # type: ignore[arg-type]  # the stub takes a font's name for a number
            lang="zh-CN",
            pdfVersion=(1, 7),
        )
        canvas.setDateFormatter(lambda *_: made_at)
        canvas.setTitle(_encodable(f"{self.title.chinese} {self.seal.serial}"))
        canvas.setAuthor(_encodable(self.seal.firm_name))
        canvas.setSubject(self.title.english)
        canvas.setCreator("Doorstep")
        return canvas

    def _head_and_foot(self, paging: str) -> list[Step]:
        """Return the steps that draw what every page carries; takes them from a scratch page."""
        self._pages.append([])
        self._head(paging)
        self._foot(paging)
        return self._pages.pop()

    def _head(self, paging: str) -> None:
        width = _QR.x - LEFT - 4 * mm
        self.lines(self.fit(self.seal.firm_name, _FIRM, width), _FIRM, LEFT, 12 * mm)
        (title,) = self.fit(self.title.chinese, _TITLE, width)
        self.line(title, _TITLE, LEFT, 17 * mm)
        self.lines(self.fit(self.title.english, _FIRM, width), _FIRM, LEFT + title.width_pt + 3 * mm, 17 * mm + 9.5)
        for row, meta in enumerate(
            (
                f"单据编号 No. {self.seal.serial}　　版本 {self.seal.version}　　第 {paging} 页",
                f"生成时间 {wording.moment(self.seal.generated_at)} (北京时间)　　内容指纹 {self.fingerprint[:12]}",
            )
        ):
            self.lines(self.fit(meta, _META, width), _META, LEFT, 27.6 * mm + row * _META.leading)
        self.rules([(LEFT, 38 * mm, RIGHT, 38 * mm)], INK, 1.1)

    def _foot(self, paging: str) -> None:
        top = PAGE_HEIGHT - 14.5 * mm
        (page,) = self.fit(f"第 {paging} 页", FINE, 40 * mm)
        log = f"　·　日志 {self.seal.log_size} / {wording.short_hash(self.seal.log_root)}" if self.seal.log_root else ""
        verify = f"验真 Verify: 扫描右上角二维码, 或访问 {self.seal.verify_url}{log}"
        if self._is_specimen:
            verify = "样本：内容均为虚构，无效，不可验真。SPECIMEN of invented facts, not valid."
        self.rules([(LEFT, top, RIGHT, top)])
        self.lines(self.fit(verify, FINE, WIDTH - page.width_pt - 6 * mm), FINE, LEFT, top + 3)
        self.line(page, FINE, RIGHT - page.width_pt, top + 3)


def _encodable(text: str) -> str:
    """Return the text with ? for lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
