// One ticket, over whatever was there before: what it is, what to do, every stage with its rule.

function openTicket(text) {
  const dialog = $('ticket');
  if (!T) return;
  const at = byNumber.get(text) ?? byNumber.get(text.toUpperCase());
  dialog.replaceChildren(at === undefined ? missing(text) : ticket(at));
  dialog.dataset.at = at === undefined ? '' : at;
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  dialog.scrollTop = 0;
  $('ticket-title').focus();
}
function missing(text) {
  return h('article', null, ticketHead(h('h2', { id: 'ticket-title', tabindex: '-1' }, text), null), h('p.empty', null, `反馈登记里没有“${text}”。可能刚登记，下一次处理后才有；或者编号抄错了。`));
}
function ticketHead(title, at) {
  const next = (by) => { const n = rows.indexOf(at) + by; return n >= 0 && n < rows.length ? () => go(link(rows[n]), { instead: true }) : null; };
  const inList = at !== null && rows.includes(at);
  return h('header.ticket-head', null, title,
    h('div.ticket-tools', null,
      inList ? h('button', { type: 'button', 'aria-label': '上一单', disabled: !next(-1) || null, onclick: next(-1) || (() => {}), 'data-key': 'ArrowLeft' }, '‹') : null,
      inList ? h('button', { type: 'button', 'aria-label': '下一单', disabled: !next(1) || null, onclick: next(1) || (() => {}), 'data-key': 'ArrowRight' }, '›') : null,
      h('button', { type: 'button', onclick: () => print() }, '打印'),
      h('button.close', { type: 'button', 'aria-label': '关闭', onclick: leave }, '×')));
}
function leave() {
  if (came) history.back();
  else go(address(here.view, here.with), { instead: true });
}
function closeDialog() {
  const dialog = $('ticket');
  here.ticket = '';
  if (dialog.open) dialog.close();
  if (opener && opener.isConnected) opener.focus();
  opener = null;
}

function ticket(at) {
  const state = word('state', at), closed = isClosed(at);
  const facts = [
    ['接收', T.received[at] === null ? '未填' : stamp(T.received[at]).slice(0, 16)], ['接收人', word('receiver', at)], ['渠道', word('channel', at)],
    ['客户', T.customer[at]], ['车牌', T.plate[at]], ['车型', word('model', at)],
    ['被反馈部门', word('department', at)], ['反馈类别', word('category', at)], ['经办人', word('handler', at)],
    ['流程', word('flow', at)], [closed ? '办结' : '负责人', closed ? (T.closed[at] === null ? '' : stamp(T.closed[at]).slice(0, 16)) : who(at)], ['登记在', `${N.register} 第 ${T.row[at]} 行`],
  ];
  const rule = T.rule[at] ? ruleById(T.rule[at]) : null;
  const todo = closed ? '' : state === '未了事宜' ? every.pendingTodo : rule ? rule.todo : '';
  const mine = [], beside = [];
  for (let s = first[at]; s < first[at + 1]; s++) (S.marks[s] & BESIDE ? beside : mine).push(s);
  const told = every.told[T.number[at]] || [];
  const shownRules = new Set([...mine, ...beside].map((s) => every.rules[S.rule[s]].id));
  const found = T.number[at] ? N.findings.filter((one) => one.number === T.number[at]) : [];
  const changed = every.changes[T.number[at]] || [];
  const why = reasons().get(at);
  return h('article', null,
    ticketHead(h('h2', { id: 'ticket-title', tabindex: '-1' }, named(at), ' ', badge(state), word('level', at) === '重大' ? h('span.tag', null, '重大') : null), at),
    h('p.summary', null, T.summary[at] || '（没有内容概要）'),
    !closed ? h('div.next', null,
      h('p', null, h('b', null, rule ? rule.stage : '现在'), T.due[at] === null ? null : [` · 截止 ${stamp(T.due[at]).slice(0, 16)} · `, left(at)]),
      todo ? h('p', null, `该做：${todo}`) : null,
      why ? h('p', null, `请总经理关注：${why.join('、')}`) : null) : null,
    h('dl.facts', null, facts.map(([key, value]) => h('div', null, h('dt', null, key), h('dd', null, value || '—')))),
    found.length ? [h('h3', null, `检查发现 ${found.length} 处`), h('ul.findings', null, found.map((one) => finding(one, true)))] : null,
    h('h3', null, '各环节和时限'), timeline(at, mine),
    h('ol.stages', null, mine.map((s) => stage(at, s, told))),
    beside.length ? [h('h3', null, '流程之外的时限'), h('ol.stages', null, beside.map((s) => stage(at, s, told)))] : null,
    told.some((one) => !shownRules.has(one.rule)) ? [h('h3', null, '其他提醒'), h('ul.plain', null, told.filter((one) => !shownRules.has(one.rule)).map((one) => h('li', null, `${one.rule} ${alertWords(one)}`)))] : null,
    changed.length ? [h('h3', null, '时间和标记改过（只说明事实）'), h('ul.plain', null, changed.slice(-30).map((one) => h('li', null, changeWords(one))))] : null);
}
const iso = (text) => text.replace('T', ' ').slice(0, 16);
const alertWords = (one) => `${iso(one.at)} “${one.level}”（截止 ${iso(one.due)}）`;
const changeWords = (one) => (one.old || one.new ? `${iso(one.at)} 处理时看到：${one.field} 从 ${one.old || '空'} 改为 ${one.new || '空'}` : `${iso(one.at)} 处理时看到：${one.field}换成了另一件`);

// All stages on one line of time: how long each took of what it was given.
function timeline(at, mine) {
  const spans = mine.map((s) => ({ s, from: startOf(at, s), to: actualOf(at, s) ?? ([2, 3, 4].includes(S.verdict[s]) ? now() : null), due: dueOf(at, s) })).filter((one) => one.from !== null && one.to !== null && one.to >= one.from);
  if (spans.length < 2) return null;
  const begin = Math.min(...spans.map((one) => one.from)), end = Math.max(...spans.map((one) => Math.max(one.to, [2, 3].includes(S.verdict[one.s]) && one.due ? one.due : one.to)));
  const all = Math.max(1, end - begin), x = (time) => `${Math.min(100, Math.max(0, (time - begin) / all * 100))}%`, w = (a, b) => `${Math.max(0.4, (b - a) / all * 100)}%`;
  return h('figure.timeline', { 'aria-hidden': 'true' },
    spans.map(({ s, from, to, due }) => {
      const late = due !== null && to > due && [4, 7].includes(S.verdict[s]);
      return h('div', null, h('span', null, every.rules[S.rule[s]].stage + (S.round[s] > 1 ? ` ${S.round[s]}` : '')), h('svg', { height: '12' },
        h('rect.b-back', { width: '100%', height: '12', rx: '2' }),
        due !== null && due > from && due < end ? h('rect.t-limit', { x: x(from), width: w(from, due), height: '12' }) : null,
        h('rect.b-rest', { x: x(from), width: w(from, late ? Math.max(due, from) : to), y: '2', height: '8' }),
        late ? h('rect.b-late', { x: x(Math.max(due, from)), width: w(Math.max(due, from), to), y: '2', height: '8' }) : null));
    }),
    h('figcaption', null, h('span', null, stamp(begin).slice(0, 16)), h('span', null, span(end - begin)), h('span', null, stamp(end).slice(0, 16))));
}

function stage(at, s, told) {
  const rule = every.rules[S.rule[s]], verdict = S.verdict[s];
  const kind = VERDICT_SIGN[verdict], tone = (SIGNS[kind] || ['done'])[0];
  const cells = [...new Set([cell(at, S.begin[s], S.begin_row[s]), cell(at, S.end[s], S.end_row[s])].filter(Boolean))];
  const waiting = verdict === 1 || verdict === 0;
  return h('li.stage' + (waiting ? '.waiting' : ''), null,
    h('div.stage-head', null, kind && SIGNS[kind] ? sign(kind) : h('span.dot'), h('b', null, rule.stage), h('span.rule', null, rule.id),
      S.round[s] > 1 || laterRounds(at, s) ? h('span.rule', null, `第 ${S.round[s]} 轮`) : null,
      h('span.verdict.' + tone, null, every.verdicts[verdict])),
    h('ul.steps', null, steps(at, s).map((line) => h('li', null, line)),
      told.filter((one) => one.rule === rule.id).map((one) => h('li.told', null, `提醒：${alertWords(one)}`))),
    h('p.source', null, `时限 ${rule.span}`, S.due[s] === null ? '' : ` · ${rule.counting}`,
      rule.responsible ? ` · 责任 ${rule.responsible}` : '', rule.above ? `，上报 ${rule.above}` : '', ` · 依据 ${rule.source}`),
    cells.length ? h('p.cells', null, cells.map((one) => h('code', null, one))) : null);
}
const laterRounds = (at, s) => s + 1 < first[at + 1] && S.rule[s + 1] === S.rule[s];
const cell = (at, event, place) => (place < 0 || !every.events[event].place ? '' : every.events[event].place + (place || T.row[at]));
