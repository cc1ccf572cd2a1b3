// Where we are stands in the address after #, so that every view is a link:
// ''                     the overview
// state=超时&person=李娜   the list, filtered; view=list: all of it
// view=findings&rule=…   the findings
// FK20261121-007         a ticket, over whatever was there before

const FILTERS = {
  q: ['搜索', null],
  open: ['在办', (value) => (at) => !isClosed(at)],
  state: ['状态', (value) => one(value, (at) => word('state', at))],
  flow: ['流程', (value) => one(value, (at) => word('flow', at))],
  rule: ['环节', (value) => (at) => T.rule[at] === value && !isClosed(at)],
  department: ['部门', (value) => one(value, (at) => word('department', at) || '未填')],
  category: ['类别', (value) => one(value, (at) => word('category', at) || '未填')],
  level: ['级别', (value) => one(value, (at) => word('level', at))],
  channel: ['渠道', (value) => one(value, (at) => word('channel', at) || '未填')],
  person: ['负责人', (value) => one(value, who)],
  age: ['在办时间', (value) => (at) => age(at) === value],
  received: ['接收', (value) => between(value, (at) => T.received[at])],
  closed: ['办结', (value) => between(value, (at) => T.closed[at])],
  late30: ['30天内超时的环节', (value) => {
    const until = secondsOf(N.day) + DAY;
    return (at) => lateWithin(at, value, until - 30 * DAY, until);
  }],
  decide: ['需要总经理关注', (value) => { const all = reasons(); return (at) => all.has(at) && (value === '1' || all.get(at).includes(value)); }],
};
const one = (value, of) => { const set = new Set(value.split(',')); return (at) => set.has(of(at)); };
function between(value, of) {
  const [from, until] = value.split('..');
  const a = from ? secondsOf(from) : -Infinity, b = until ? secondsOf(until) + DAY : Infinity;
  return (at) => of(at) !== null && of(at) >= a && of(at) < b;
}
const AGES = [[1, '1天以内'], [3, '2–3天'], [7, '4–7天'], [30, '8–30天'], [60, '31–60天']];
function age(at) {
  if (T.received[at] === null) return '接收时间未填';
  const days = Math.floor(secondsOf(N.day) / DAY) - Math.floor(T.received[at] / DAY);
  return (AGES.find(([most]) => days <= most) || [0, '60天以上'])[1];
}
let reasonsOf = null;
function reasons() {
  if (!reasonsOf) reasonsOf = new Map(N.decisions.filter((d) => d.at !== null).map((d) => [d.at, d.reasons]));
  return reasonsOf;
}

function parse(hash) {
  const text = decodeURIComponent(hash.replace(/^#/, ''));
  if (!text || text === 'main') return { view: 'overview', with: {}, ticket: '' };
  if (!text.includes('=')) return { view: null, with: {}, ticket: text };
  const found = {};
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) found[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const view = found.view || 'list';
  delete found.view;
  return { view: ['list', 'findings', 'overview'].includes(view) ? view : 'list', with: found, ticket: '' };
}
function address(view, params) {
  const given = Object.entries(params).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  const head = view === 'list' && given.length ? [] : view === 'overview' ? [] : [['view', view]];
  // & and # alone would be taken for something else; all other signs stay readable in a link that is passed on.
  return '#' + [...head, ...given].map(([key, value]) => `${key}=${String(value).replace(/[%&#\s]/g, encodeURIComponent)}`).join('&');
}

let here = { view: 'overview', with: {}, ticket: '' };
let page = 0;
let opener = null;     // what had the focus before a ticket was opened
let came = false;      // whether the ticket was opened from within, so that going back closes it

function go(hash, { instead = false } = {}) {
  const again = decodeURI(location.hash || '#') === decodeURI(hash || '#');  // once is enough to go back from
  if (!instead && !again) came = !$('ticket').open;
  history[instead || again ? 'replaceState' : 'pushState'](null, '', hash || '#');
  route();
}
function route() {
  let next;
  try { next = parse(location.hash); } catch { next = parse(''); }
  if (next.ticket) {
    here.ticket = next.ticket;
    if (!$('view').hasChildNodes()) draw();
    return openTicket(next.ticket);
  }
  const same = next.view === here.view && JSON.stringify(next.with) === JSON.stringify(here.with);
  const wasOpen = $('ticket').open;
  here = next;
  if (wasOpen) closeDialog();
  if (same && $('view').hasChildNodes() && wasOpen) return undefined;
  page = 0;
  draw();
  if (!same && document.activeElement !== $('search')) scrollTo(0, 0);
  return undefined;
}

function frame() {
  const views = [['overview', '#', '总览'], ['list', '#view=list', '反馈'], ['findings', '#view=findings', '检查结果']];
  $('views').replaceChildren(...views.map(([view, href, text]) => h('a', {
    href, 'aria-current': here.view === view ? 'page' : null,
  }, text, view === 'findings' && N.findings.length ? h('span.count', null, String(N.findings.length)) : null)));
  const search = $('search');
  if (document.activeElement !== search) search.value = here.view === 'list' ? here.with.q || '' : '';
}

function tellAge() {
  const clock = Math.floor(Date.now() / 1000) + 8 * HOUR, passed = clock - made;
  $('made').textContent = `截至 ${stamp(made).slice(0, 16)} 周${WEEKDAYS[parts(made).getUTCDay()]}`;
  const old = $('old');
  old.hidden = passed <= OLD_AFTER && passed > -HOUR;
  if (passed > OLD_AFTER) old.textContent = `这一页是 ${span(passed)}前的，之后的登记和处理没有算进来。请刷新；还是旧的，就看 kesu 是不是停了（运行 kesu status）。`;
  else if (passed <= -HOUR) old.textContent = '这台电脑的时钟比做这一页的时间慢，剩余时间按做这一页的时间算。请校准时钟。';
}

function draw() {
  frame();
  document.title = here.view === 'overview' ? $('title').textContent : `${{ list: '反馈', findings: '检查结果' }[here.view]} · ${$('title').textContent}`;
  const views = { overview, list, findings };
  $('view').replaceChildren(views[here.view]());
  document.dispatchEvent(new Event('drawn'));
}

const empty = (text) => h('p.empty', null, text);
const panel = (title, note, ...body) => h('section.panel', { 'aria-label': title }, h('div.panel-head', null, h('h2', null, title), note ? h('p', null, note) : null), ...body);
