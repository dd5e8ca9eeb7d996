"""Markup is written in one place, and what is text stays text."""

from server.planning.svg import element, plain, text


class TestElement:
    def test_closes_itself_without_content(self):
        assert element("line", x1=1, stroke_width=2) == '<line x1="1" stroke-width="2"/>'

    def test_quotes_whatever_stands_in_an_attribute(self):
        assert element("g", id='"><script>') == "<g id='\"&gt;&lt;script&gt;'/>"

    def test_keeps_markup_that_is_already_safe(self):
        assert element("g", "<path/>") == "<g><path/></g>"


class TestText:
    def test_escapes_its_content(self):
        assert text("<b>&", x=1, y=2) == '<text x="1" y="2" font-size="12">&lt;b&gt;&amp;</text>'


class TestPlain:
    def test_leaves_out_what_xml_forbids(self):
        assert plain("a\x00\x08b\uffff") == "ab"

    def test_keeps_rare_characters(self):
        assert plain("䶮𬱖") == "䶮𬱖"
