// The list: filters, search, order, pages.

const PAGE = 50, PRINTED = 400;

const ORDER = ['超时', '临近', '正常', '暂停', '未了事宜', '已办结'];
const SORTS = {
  urgent: ['紧急', (at) => ORDER.indexOf(word('state', at)) * 1e11 + (T.due[at] ?? 9e10 - (T.received[at] || 0) / 1e3)],
  number: ['编号', (at) => named(at)],
  due: ['截止', (at) => T.due[at] ?? 9e10],
  received: ['接收', (at) => -(T.received[at] || 0)],
  department: ['部门', (at) => word('department', at)],
  person: ['负责人', (at) => who(at) || '~'],
};

const tidy = (text) => text.normalize('NFKC').toLowerCase();
function haystack() {
  if (!hay) hay = T.row.map((_, at) => tidy([T.number[at], `第${T.row[at]}行`, T.summary[at], T.customer[at], T.plate[at], who(at), ...['department', 'category', 'model', 'channel', 'receiver', 'handler', 'state', 'level', 'flow'].map((column) => word(column, at))].join('\n')));
  return hay;
}
// A plate typed in full finds what the page knows of it: plates are masked here (京A1***5).
function asMasked(text) {
  const plate = text.replace(/[\s·•・.-]/g, '').toUpperCase();
  return /^[\u4e00-\u9fff][A-Z][A-Z0-9]{4,5}[A-Z0-9挂学警港澳]$/.test(plate) ? plate.slice(0, 3) + '***' + plate.slice(-1) : text;
}
function searching(text) {
  const wanted = text.split(/\s+/).filter(Boolean).map((one) => tidy(asMasked(one)));
  const all = haystack();
  return (at) => wanted.every((one) => all[at].includes(one));
}

function chosen() {
  const tests = Object.entries(here.with).filter(([key, value]) => FILTERS[key] && value)
    .map(([key, value]) => (key === 'q' ? searching(value) : FILTERS[key][1](value)));
  const found = [];
  for (let at = 0; at < T.row.length; at++) if (tests.every((test) => test(at))) found.push(at);
  const [sort, down] = (here.with.sort || 'urgent').split('-');
  const key = (SORTS[sort] || SORTS.urgent)[1];
  const keys = new Map(found.map((at) => [at, key(at)]));
  found.sort((a, b) => {
    const x = keys.get(a), y = keys.get(b);
    const order = x < y ? -1 : x > y ? 1 : (T.received[b] || 0) - (T.received[a] || 0);
    return down ? -order : order;
  });
  return found;
}

let rows = [];         // what the list shows now, all pages of it
function list() {
  if (!T) return empty('正在读取……');
  rows = chosen();
  const body = h('div.results');
  const fill = () => body.replaceChildren(...results());
  body.addEventListener('refill', fill);
  fill();
  $('said').textContent = `${rows.length} 件`;
  return h('div', null, filters(), body);
}

function change(params, instead) {
  const next = { ...here.with, ...params };
  go(address('list', next), { instead });
}

function chooser(key, values, title) {
  const value = here.with[key] || '';
  const listed = value && !values.some(([one]) => one === value) ? [...values, [value, value]] : values;
  return h('label', null, h('span', null, title), h('select', { 'data-filter': key, onchange: (event) => change({ [key]: event.target.value }) },
    h('option', { value: '' }, '全部'), listed.map(([one, text]) => h('option', { value: one, selected: one === value || null }, text || one))));
}
const wordsOf = (column) => [...new Set(T[column].words.map((one) => one || '未填'))].sort((a, b) => a.localeCompare(b, 'zh')).map((one) => [one, one]);

function filters() {
  const given = Object.entries(here.with).filter(([key, value]) => FILTERS[key] && value);
  const counts = new Map();
  for (let at = 0; at < T.row.length; at++) { const state = word('state', at); counts.set(state, (counts.get(state) || 0) + 1); }
  const on = new Set((here.with.state || '').split(',').filter(Boolean));
  const toggle = (state) => { const next = new Set(on); if (!next.delete(state)) next.add(state); change({ state: [...next].join(',') }); };
  const day = N.day, ago = (days) => ymd(secondsOf(day) - days * DAY);
  const rules = every.rules.filter((rule, n) => every.rules.findIndex((other) => other.id === rule.id) === n && N.flows.some((flow) => flow.stages.some((stage) => stage.rule === rule.id)));
  const folded = matchMedia('(max-width: 720px)').matches;
  return h('div.filters', { role: 'search' },
    h('p.chips', { role: 'group', 'aria-label': '状态' }, ORDER.map((state) => h('button.chip', { type: 'button', 'aria-pressed': String(on.has(state)), onclick: () => toggle(state) }, sign(state), state, h('b', null, String(counts.get(state) || 0))))),
    h('details', { open: !folded || null }, h('summary', null, '筛选'),
      h('div.choosers', null,
        chooser('flow', wordsOf('flow'), '流程'),
        chooser('rule', rules.map((rule) => [rule.id, `${rule.stage} ${rule.id}`]), '环节'),
        chooser('department', wordsOf('department'), '部门'),
        chooser('category', wordsOf('category'), '类别'),
        chooser('level', wordsOf('level'), '级别'),
        chooser('person', wordsOf('holder').filter(([one]) => one !== '未填'), '负责人'),
        chooser('received', [[`${ago(6)}..${day}`, '近 7 天'], [`${ago(29)}..${day}`, '近 30 天'], [`${ago(89)}..${day}`, '近 90 天'], [`${day.slice(0, 4)}-01-01..${day}`, '今年']], '接收时间'))),
    given.length ? h('p.given', null, given.map(([key, value]) => h('button.given-one', { type: 'button', 'aria-label': `去掉 ${FILTERS[key][0]} ${shownValue(key, value)}`, onclick: () => change({ [key]: '' }) }, `${FILTERS[key][0]}${shownValue(key, value) ? '：' + shownValue(key, value) : ''}`, h('span', { 'aria-hidden': 'true' }, ' ×'))),
      h('a', { href: '#view=list' }, '全部去掉')) : null);
}
function shownValue(key, value) {
  if ((key === 'late30' || key === 'decide' || key === 'open') && value === '1') return '';
  if (key === 'rule' || key === 'late30') { const rule = ruleById(value); return rule ? `${rule.stage} ${value}` : value; }
  return value.replace('..', ' 至 ').replaceAll(',', '、');
}

function header(key, text, printing) {
  if (printing) return h('th', { scope: 'col' }, text);  // a browser repeats no button on the next sheet
  const [sort, down] = (here.with.sort || 'urgent').split('-');
  const mine = sort === key;
  return h('th', { scope: 'col', 'aria-sort': mine ? (down ? 'descending' : 'ascending') : null },
    h('button', { type: 'button', onclick: () => change({ sort: mine && !down ? key + '-down' : key }) }, text, h('span', { 'aria-hidden': 'true' }, mine ? (down ? ' ↓' : ' ↑') : '')));
}

function results(printing = false) {
  const size = printing ? PRINTED : PAGE, pages = Math.max(1, Math.ceil(rows.length / size));
  const at = printing ? 0 : Math.min(page, pages - 1);
  const shown = rows.slice(at * size, at * size + size);
  const head = h('div.found', null, h('p', null, h('b', null, `${rows.length} 件`), rows.length < T.row.length ? ` / 共 ${T.row.length} 件` : null, printing && rows.length > PRINTED ? `（打印前 ${PRINTED} 件）` : null),
    h('label.sorter', null, h('span', null, '排序'), h('select', { onchange: (event) => change({ sort: event.target.value }) }, Object.entries(SORTS).map(([key, [text]]) => h('option', { value: key, selected: (here.with.sort || 'urgent').split('-')[0] === key || null }, text)))));
  if (!rows.length) return [head, empty('没有符合的反馈。去掉一个条件，或换个词再找。')];
  return [head, h('table.list', null,
    h('thead', null, h('tr', null, [['number', '编号'], ['urgent', '状态'], ['due', '截止'], ['', '内容'], ['department', '部门'], ['person', '负责人'], ['received', '接收']]
      .map(([key, text]) => header(key, text, printing || !key)))),
    h('tbody', null, shown.map(row))),
    pages > 1 && !printing ? pager(at, pages) : null].filter(Boolean);
}
function row(at) {
  const state = word('state', at), due = T.due[at];
  const open = (event) => { if (!event.target.closest('a')) go(link(at)); };
  return h('tr', { 'data-at': at, onclick: open },
    h('td.no', null, h('a', { href: link(at) }, named(at)), word('level', at) === '重大' ? h('span.tag', null, '重大') : null),
    h('td.state', null, badge(state), !isClosed(at) && T.rule[at] ? h('small', null, stageName(at)) : null),
    h('td.due', null, due === null ? (isClosed(at) && T.closed[at] !== null ? h('small', null, `办结 ${short(T.closed[at])}`) : '—') : [left(at), h('small', null, short(due))]),
    h('td.what', null, h('span', null, T.summary[at] || '（没有内容概要）'), h('small', null, [word('category', at), T.customer[at], T.plate[at], word('model', at)].filter(Boolean).join(' · '))),
    h('td.dep', null, word('department', at) || '未填'),
    h('td.who', null, who(at) || '—'),
    h('td.when', null, T.received[at] === null ? '未填' : short(T.received[at])));
}
function pager(at, pages) {
  const to = (next) => { page = next; document.querySelector('.results').dispatchEvent(new Event('refill')); document.querySelector('.found').scrollIntoView({ block: 'nearest' }); };
  return h('nav.pager', { 'aria-label': '分页' },
    h('button', { type: 'button', disabled: at === 0 || null, onclick: () => to(at - 1) }, '上一页'),
    h('span', null, `第 ${at + 1} / ${pages} 页`),
    h('button', { type: 'button', disabled: at === pages - 1 || null, onclick: () => to(at + 1) }, '下一页'));
}
