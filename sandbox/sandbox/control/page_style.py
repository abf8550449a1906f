"""The control page's colours and measures, for light and dark."""

STYLE = """
:root{color-scheme:light dark;--line:light-dark(#d8dde3,#333b45);--soft:light-dark(#5c6773,#98a3af);
--card:light-dark(#fff,#1b2027);--back:light-dark(#f4f6f8,#12161b);--ink:light-dark(#1a2027,#e6eaee);
--accent:light-dark(#0b6b5d,#5fd0bd)}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--back);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 1rem}h2{font-size:1.05rem;margin:0 0 .6rem}
small{color:var(--soft);font-weight:400}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:0 0 1rem}
.wide{overflow-x:auto;max-height:26rem;overflow-y:auto;margin:0 0 .8rem}
table{border-collapse:collapse;width:100%;font-size:.87rem;font-variant-numeric:tabular-nums}
th{position:sticky;top:0;background:var(--card);color:var(--soft);font-weight:500}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);white-space:nowrap}
a{color:var(--accent)}form.inline{display:inline}
button,select,input{font:inherit;color:inherit;background:var(--back);border:1px solid var(--line);
border-radius:6px;padding:.25rem .6rem}
button{cursor:pointer}button:hover{border-color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
"""
