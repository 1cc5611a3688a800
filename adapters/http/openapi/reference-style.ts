export const referenceStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fbfbf9; --card: #fff; --line: #dfe2e6; --code: #f1f2f4;
  --get: #11694a; --post: #1f56a8; --delete: #a6322a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --soft: #9aa5b3; --paper: #14181d; --card: #1b2027; --line: #323a44; --code: #252b33;
  --get: #5fcf9f; --post: #82b1f5; --delete: #f28f87; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; }
.layout { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 76rem; margin: 0 auto; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav a { display: block; padding: .15rem .5rem; border-radius: .3rem; color: inherit; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { background: var(--code); }
nav p { margin: 0; padding: 0 .5rem; color: var(--soft); font-weight: 600; }
main { padding: 2rem; min-width: 0; }
h1 { margin: 0; font-size: 2rem; }
h2 { margin: 3rem 0 .25rem; font-size: 1.5rem; }
h3 { margin: 0; font-size: 1.1rem; }
h4 { margin: 1.25rem 0 .25rem; font-size: .9rem; color: var(--soft); }
section.operation { margin: 1.25rem 0; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; scroll-margin-top: 1rem; }
code, pre { font: .85rem/1.5 ui-monospace, monospace; }
.call { margin: .3rem 0 .6rem; overflow-wrap: anywhere; }
.method { font-weight: 700; }
.get { color: var(--get); } .post { color: var(--post); } .delete { color: var(--delete); }
pre { margin: .5rem 0; padding: .8rem; background: var(--code); border-radius: .4rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; }
tbody th { color: inherit; font-weight: 400; white-space: nowrap; }
.soft { color: var(--soft); }
summary { cursor: pointer; padding: .15rem 0; }
a { color: var(--post); }
:focus-visible { outline: 2px solid var(--post); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; z-index: 1; padding: .5rem; background: var(--card); }
@media (max-width: 50rem) { .layout { display: block; } nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); } main { padding: 1.25rem; } tbody th { white-space: normal; } }
`;
