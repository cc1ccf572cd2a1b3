// What the checks found, with its cells.

const GRAVE = { error: '错误', warning: '警告', info: '提示' };
function findings() {
  const { severity = '', rule = '' } = here.with;
  const shown = N.findings.filter((one) => (!severity || one.severity === severity) && (!rule || one.rule === rule));
  const to = (params) => go(address('findings', { severity, rule, ...params }));
  const size = PAGE * 2, pages = Math.max(1, Math.ceil(shown.length / size)), at = Math.min(page, pages - 1);
  return h('div', null,
    h('div.filters', null,
      h('p.chips', { role: 'group', 'aria-label': '级别' }, Object.entries(GRAVE).map(([key, text]) => h('button.chip', { type: 'button', 'aria-pressed': String(severity === key), onclick: () => to({ severity: severity === key ? '' : key }) }, sign(text), text, h('b', null, String(N.findings.filter((one) => one.severity === key).length))))),
      h('div.choosers', null, h('label', null, h('span', null, '规则'), h('select', { 'data-filter': 'rule', onchange: (event) => to({ rule: event.target.value }) }, h('option', { value: '' }, '全部'),
        N.quality.map((one) => h('option', { value: one.rule, selected: one.rule === rule || null }, `${one.rule} ${one.about}（${one.error + one.warning + one.info}）`)))))),
    h('div.found', null, h('p', null, h('b', null, `${shown.length} 处`), shown.length < N.findings.length ? ` / 共 ${N.findings.length} 处` : null)),
    !N.findings.length ? empty('检查没有发现问题。') : !shown.length ? empty('没有符合的检查结果。') : h('ul.findings', null, shown.slice(at * size, at * size + size).map(finding)),
    pages > 1 ? h('nav.pager', { 'aria-label': '分页' },
      h('button', { type: 'button', disabled: at === 0 || null, onclick: () => { page = at - 1; draw(); scrollTo(0, 0); } }, '上一页'), h('span', null, `第 ${at + 1} / ${pages} 页`),
      h('button', { type: 'button', disabled: at === pages - 1 || null, onclick: () => { page = at + 1; draw(); scrollTo(0, 0); } }, '下一页')) : null);
}
function finding(one, bare) {
  const known = bare !== true && byNumber && byNumber.has(one.number);
  return h('li.finding.' + one.severity, null,
    h('span.grave', null, sign(GRAVE[one.severity]), GRAVE[one.severity]),
    h('div', null, h('p', null, one.message), one.hint ? h('p.hint', null, '→ ' + one.hint) : null,
      h('p.where', null, one.cell ? h('code', null, one.cell) : null, h('span', null, one.rule), known ? h('a', { href: '#' + one.number }, one.number) : null)));
}
