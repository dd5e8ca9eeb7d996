"""The papers (单据) the system makes, as PDFs: give a paper its facts, get the same bytes every time.

Pure: no database, no web framework, no clock. Read `visit_receipt.py` first; every paper has the same shape,
a frozen `...Facts` tree of plain values and `render(facts) -> facts.Paper`.

    visit_receipt.py      到访回执单        account_statement.py  客户对账单       dunning_letter.py  催款函
    promise.py            还款承诺书        visit_scheme.py       外访方案审批表   visit_summary.py   走访汇总表
    evidence_index.py     法务移送卷宗目录   lawyers_letter.py     律师函           route_sheet.py    外访路线单
    deletion_certificate.py  个人信息删除证明        breach_notice.py  个人信息安全事件通知

What they are made of, from values to ink:

    facts.py      facts several papers share, and the fingerprint of a facts tree
    serials.py    serial numbers with a check digit          amounts.py    fen as figures and capitals
    templates.py  the legal text of each kind, numbered
    wording.py    dates, times, ticks, masks                 images.py     a photo made fit for print
    fonts.py      Noto Sans SC, rare glyphs, ToUnicode       lettering.py  text to glyphs to lines
    page.py       pages, head and foot, the PDF itself       blocks.py     headings, tables, fields, notices
    signing.py    signature lines                            photos.py     pictures and recordings
    marks.py      QR, strokes and photos as drawn

A paper's `flags` say what a person should look at: `missing-glyph U+21489`, `photo-broken P-02`,
`withheld debt and agreement` and the like. They never hold a name or an amount.
"""
