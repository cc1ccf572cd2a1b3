// The overview: figures, what the general manager decides, charts. Every figure is a link to its tickets.

// ``printing``: everything is shown, since paper has nothing to click.
function overview(printing = false) {
  return h('div', null,
    tiles(),
    h('div.cols', null,
      h('div', null, decisions(printing), stages(printing)),
      h('div', null, ages(), weeks(), people(printing), groups('被反馈部门', N.departments), groups('反馈类别', N.categories)),
    ),
  );
}

const TILE_SIGN = { late: '超时', risk: '临近', pending: '未了事宜', good: '已办结' };
function tiles() {
  return h('ul.tiles', { 'aria-label': '今天' }, N.tiles.map((tile) => {
    const rate = 'of' in tile;
    const value = rate ? (tile.of ? `${Math.round(tile.value / tile.of * 1000) / 10}%` : '—') : String(tile.value);
    const tone = tile.tone && (tile.value || tile.tone === 'good') ? tile.tone : '';
    return h('li', null, h('a.tile' + (tone ? '.' + tone : ''), { href: '#' + tile.list },
      h('span.tile-label', null, TILE_SIGN[tile.tone] ? sign(TILE_SIGN[tile.tone]) : null, tile.label),
      h('span.tile-value', null, value),
      h('span.tile-note', null, tile.note)));
  }));
}

const WHY = { 待总经理意见: 'risk', 未了事宜待认可: 'pending', 责任未明待认可: 'pending', 重大投诉在办: 'late', 超时最久: 'late' };
let allDecisions = false;
function decisions(printing) {
  const many = N.decisions.length, shown = printing ? N.decisions : N.decisions.slice(0, allDecisions ? 200 : 8);
  const by = new Map();
  N.decisions.forEach((d) => d.reasons.forEach((r) => by.set(r, (by.get(r) || 0) + 1)));
  const body = !many ? empty('现在没有需要总经理决定或过问的反馈。') : !T ? empty('正在读取……') : h('ul.decide', null, shown.map((d) => {
    const reasonsShown = h('span.reasons', null, d.reasons.map((r) => h('span.reason.' + (WHY[r] || 'risk'), null, r)));
    if (d.at === null) return h('li', null, h('div.decide-row', null, h('span.no', null, d.number || '（没有编号）'), reasonsShown, h('span.what', null, '登记表里没有这一单，只在未了事宜台帐')));
    return h('li', null, h('a.decide-row', { href: link(d.at) },
      h('span.no', null, named(d.at)), reasonsShown,
      h('span.what', null, T.summary[d.at] || '（没有内容概要）'),
      h('span.meta', null, [word('department', d.at), T.rule[d.at] ? stageName(d.at) : word('state', d.at)].filter(Boolean).join(' · '), T.due[d.at] === null ? null : ' · ', left(d.at))));
  }));
  return panel('需要总经理关注', many ? `${many} 件` : null,
    many ? h('p.chips', null, [...by].map(([reason, count]) => h('a.chip', { href: '#decide=' + reason }, reason, h('b', null, String(count))))) : null,
    body,
    many > 8 && !printing ? h('p.more', null, h('button', { type: 'button', onclick: () => { allDecisions = !allDecisions; draw(); } }, allDecisions ? '收起' : `再看 ${Math.min(many, 200) - 8} 件`), ' ', h('a', { href: '#decide=1' }, '按列表看全部')) : null);
}
const ruleById = (id) => every.rules.find((rule) => rule.id === id);
const stageName = (at) => { const rule = ruleById(T.rule[at]); return rule ? rule.stage : ''; };

// A bar in up to four parts, each with a pattern of its own; the words beside it say the same.
function bar(line, most) {
  const other = line.value ?? line.open;
  const late = line.late || 0, risk = line.risk || 0, pending = line.pending || 0;
  const sizes = [['late', late], ['risk', risk], ['pending', pending], ['rest', other - late - risk - pending]];
  let x = 0;
  return h('svg.bar', { 'aria-hidden': 'true', focusable: 'false', height: '12' },
    h('rect.b-back', { width: '100%', height: '12', rx: '2' }),
    sizes.filter(([, size]) => size > 0).map(([kind, size]) => {
      const width = size / most * 100;
      const made = h('rect.b-' + kind, { x: `${x}%`, width: `${width}%`, height: '12' });
      x += width;
      return made;
    }));
}
const legend = (...kinds) => h('p.legend', { 'aria-hidden': 'true' }, kinds.map(([kind, text]) => h('span', null,
  h('svg', { width: '14', height: '10' }, h('rect.b-' + kind, { width: '14', height: '10' })), text)));
const LEGEND = [['late', '超时'], ['risk', '临近'], ['pending', '未了事宜'], ['rest', '其余在办']];

function barRow(line, most, total, note) {
  return h('li.barline', null,
    h('a', { href: '#' + line.list }, line.label, note ? h('small', null, note) : null),
    bar(line, most),
    h('a.n', { href: '#' + line.list, 'aria-label': `${line.label}在办 ${total} 件` }, String(total)),
    line.late ? h('a.n.late', { href: `#${line.list}&state=超时`, 'aria-label': `${line.label}超时 ${line.late} 件` }, `超时 ${line.late}`) : h('span.n', null, ''));
}

function ages() {
  const most = Math.max(1, ...N.ages.map((line) => line.value));
  return panel('在办多久了', '从接收算起', legend(...LEGEND), h('ul.bars', null, N.ages.map((line) => barRow(line, most, line.value))));
}

function people(printing) {
  const most = Math.max(1, ...N.people.map((line) => line.open));
  const shown = printing ? N.people : N.people.slice(0, 12);
  return panel('谁手上有多少', '按本单经手人和今天值班的人', shown.length ? h('ul.bars', null, shown.map((line) => barRow(line, most, line.open, line.note))) : empty('没有在办的反馈。'),
    N.people.length > shown.length ? h('p.more', null, `另有 ${N.people.length - 12} 人`) : null);
}

function groups(title, lines) {
  const most = Math.max(1, ...lines.map((line) => line.open));
  return panel(title, '在办；右边是 30 天内接收', lines.length ? h('ul.bars.five', null, lines.map((line) => {
    const row = barRow(line, most, line.open);
    row.append(h('a.n.muted', { href: '#' + line.receivedList, 'aria-label': `${line.label} 30 天内接收 ${line.received} 件` }, `+${line.received}`));
    return row;
  })) : empty('没有反馈。'));
}

// Columns of twelve weeks. Redrawn to the width there is, so that its words keep their size.
function weeks() {
  const box = h('div.weeks');
  const plot = () => {
    const width = Math.max(260, box.clientWidth || 420), height = 132, base = 108, step = width / N.weeks.length;
    const most = Math.max(4, ...N.weeks.map((week) => Math.max(week.received, week.closed)));
    const y = (value) => base - value / most * (base - 14);
    box.replaceChildren(h('svg', { width: '100%', height: String(height), viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': '每周接收和办结' },
      [0, 0.5, 1].map((part) => h('line.axis', { x1: 0, x2: width, y1: y(most * part), y2: y(most * part) })),
      N.weeks.map((week, n) => {
        const x = n * step, wide = Math.min(14, step / 2 - 3), middle = x + step / 2;
        const column = (kind, value, place, list, words) => h('svg:a', { href: '#' + list, 'aria-label': words }, h('title', null, words),
          h('rect.hit', { x: place, y: 0, width: wide, height: base }),
          h('rect.b-' + kind, { x: place, y: y(value), width: wide, height: base - y(value) }));
        const last = n === N.weeks.length - 1;
        return h('g', null,
          column('rest', week.received, middle - wide - 1, week.lists[0], `${week.label} 起一周接收 ${week.received} 件`),
          column('good', week.closed, middle + 1, week.lists[1], `${week.label} 起一周办结 ${week.closed} 件`),
          h('text.value', { x: middle, y: Math.min(y(week.received), y(week.closed)) - 3, 'text-anchor': 'middle' }, String(Math.max(week.received, week.closed))),
          n % 2 === (N.weeks.length - 1) % 2 || step > 44 ? h('text', { x: middle, y: height - 8, 'text-anchor': 'middle' }, last ? '本周' : week.label) : null);
      })));
  };
  document.addEventListener('drawn', plot, { once: true });
  new ResizeObserver(plot).observe(box);
  return panel('每周接收与办结', `最近 ${N.weeks.length} 周，周一起`, legend(['rest', '接收'], ['good', '办结']), box);
}

const percent = (value, of) => (of ? `${Math.round(value / of * 1000) / 10}%` : '—');
function stages(printing) {
  if (!N.flows.length) return panel('各环节', null, empty('还没有反馈。'));
  return panel('各环节', '在办的停在哪一步；按时率是最近 30 天到期的',
    N.flows.map((flow, n) => h('details.flow', { open: printing || n === 0 || flow.stages.some((stage) => stage.late) || null },
      h('summary', null, h('b', null, flow.label), h('span', null, `在办 ${flow.open} · 共 ${flow.tickets} 件`)),
      h('div.scroll', null, h('table.grid', null,
        h('thead', null, h('tr', null, ['环节', '时限', '在办', '', '超时', '30天按时率'].map((text, at) => h(at === 3 ? 'td' : 'th', at === 3 ? null : { scope: 'col', class: at > 1 ? 'num' : null }, text)))),
        h('tbody', null, flow.stages.map((stage) => {
          const most = Math.max(1, ...flow.stages.map((one) => one.open));
          const missed = stage.judged - stage.onTime;
          return h('tr', null,
            h('th', { scope: 'row' }, stage.label, h('small', null, stage.rule)),
            h('td.limit', null, stage.limit),
            h('td.num', null, stage.open ? h('a', { href: '#rule=' + stage.rule }, String(stage.open)) : '0'),
            h('td.wide', null, bar(stage, most)),
            h('td.num', null, stage.late ? h('a.late', { href: `#rule=${stage.rule}&state=超时` }, String(stage.late)) : '—'),
            h('td.num', null, percent(stage.onTime, stage.judged),
              h('small', null, stage.judged ? (missed ? h('a', { href: '#late30=' + stage.rule }, `${missed}/${stage.judged} 超时`) : `${stage.judged} 个`) : '没有到期的')));
        })))))));
}
