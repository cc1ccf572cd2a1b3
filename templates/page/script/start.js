// Keys, the clock, printing; and off it goes.

const OLD_AFTER = 2 * HOUR;

function step(by) {
  const all = [...document.querySelectorAll('table.list tbody tr .no a')];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))].focus();
}
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const dialog = $('ticket'), typing = event.target.closest('input, select, textarea');
  if (dialog.open) {
    const button = dialog.querySelector(`[data-key="${event.key}"]`);
    if (button && !typing) { event.preventDefault(); button.click(); }
    return;
  }
  if (event.key === '/' && !typing) { event.preventDefault(); $('search').focus(); $('search').select(); }
  else if (event.key === 'Escape' && event.target === $('search')) {
    event.preventDefault();
    $('search').value = '';
    if (here.view === 'list') change({ q: '' }, true);
    $('search').blur();
  } else if (here.view === 'list' && (!typing || event.target === $('search')) && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    if (typing) $('search').blur();
    step(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 'Enter' && event.target === $('search')) step(1);
}

let typing = 0;
function typed() {
  clearTimeout(typing);
  typing = setTimeout(() => {
    const q = $('search').value.trim();
    if (here.view === 'list') change({ q }, true);
    else if (q) go(address('list', { q }));
  }, 90);
}

// The overview with all of it, and as it was afterwards.
function printed(all) {
  if (here.view !== 'overview' || !T || $('ticket').open) return;
  const opened = [...document.querySelectorAll('details.flow')].map((one) => one.open);
  if (all) before = opened;
  $('view').replaceChildren(overview(all));
  if (!all) document.querySelectorAll('details.flow').forEach((one, n) => { one.open = before[n]; });
  document.dispatchEvent(new Event('drawn'));
}
let before = [];

function start() {
  $('foot').replaceChildren(h('p', null, `由 kesu 从《${N.workbook}》做出，只读；姓名、车牌、电话、车架号已打码，完整内容在工作簿里。不访问网络。`),
    h('p.keys', null, ...[['/', '搜索'], ['↑ ↓', '选一单'], ['Enter', '打开'], ['← →', '前后一单'], ['Esc', '关闭']].map(([key, text]) => h('span', null, h('kbd', null, key), text))));
  addEventListener('hashchange', () => { came = !$('ticket').open; route(); });
  document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); $('main').focus(); });
  document.addEventListener('keydown', keys);
  $('search').addEventListener('input', typed);
  $('ticket').addEventListener('cancel', (event) => { event.preventDefault(); leave(); });
  $('ticket').addEventListener('click', (event) => { if (event.target === $('ticket')) leave(); });
  addEventListener('beforeprint', () => { printed(true); const body = document.querySelector('.results'); if (body && T) body.replaceChildren(...results(true)); });
  addEventListener('afterprint', () => { printed(false); const body = document.querySelector('.results'); if (body && T) body.replaceChildren(...results()); });
  // What is left counts down by itself; a page left open says so when it has grown old.
  setInterval(() => { tellAge(); if (!document.hidden && here.view === 'list' && !document.activeElement.closest('.filters, table')) document.querySelector('.results')?.dispatchEvent(new Event('refill')); }, 60000);
  tellAge();
  route();
  ready().then(() => {
    draw();
    if (here.ticket) openTicket(here.ticket);
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  }, () => { $('view').prepend(h('p.notice', null, '读不了页面里的反馈清单：文件可能没有传完。请重新打开；还不行，等下一次处理。')); });
}
start();
