// 看板.html: elements and times. The files of this folder are put into the page one after another, in the order that
// automation/dashboard/page.py gives them, as one script with one scope; there is no build step and no library.
// What staff typed goes in as text nodes and nowhere else (h() below), so nothing typed can become markup.

const HOUR = 3600, DAY = 86400;

const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';

// An element with properties and children. Strings become text nodes; null and false are left out.
function h(tag, props, ...children) {
  const at = tag.indexOf('.');
  const name = at < 0 ? tag : tag.slice(0, at);
  const made = NAMES.has(name) ? document.createElementNS(SVG, name.replace('svg:', '')) : document.createElement(name);
  if (at >= 0) made.setAttribute('class', tag.slice(at + 1).split('.').join(' '));
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false && one !== ''));
  return made;
}
const NAMES = new Set(['svg', 'svg:a', 'rect', 'path', 'circle', 'line', 'g', 'text', 'title']);

const two = (n) => String(n).padStart(2, '0');
const WEEKDAYS = '日一二三四五六';
// Times are seconds since 1970 on the wall clock of Shanghai, whatever the reader's own time zone: read as if UTC.
const parts = (sec) => new Date(sec * 1000);
const ymd = (sec) => { const d = parts(sec); return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`; };
const hm = (sec) => { const d = parts(sec); return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`; };
const stamp = (sec) => `${ymd(sec)} ${hm(sec)}` + (sec % 60 ? `:${two(sec % 60)}` : '');
const short = (sec) => (ymd(sec).slice(0, 4) === ymd(now()).slice(0, 4) ? stamp(sec).slice(5, 16) : stamp(sec).slice(0, 16));
const secondsOf = (iso) => Date.parse(`${iso.length === 10 ? `${iso}T00:00:00` : iso}Z`) / 1000;

// As automation/wording.py has it.
function span(sec) {
  const minutes = Math.floor(Math.abs(sec) / 60);
  const d = Math.floor(minutes / 1440), hours = Math.floor(minutes / 60) % 24, m = minutes % 60;
  if (d >= 30) return `${d}天`;
  if (d) return hours ? `${d}天${hours}小时` : `${d}天`;
  if (hours >= 10) return `${hours}小时`;
  if (hours) return m ? `${hours}小时${m}分钟` : `${hours}小时`;
  return m ? `${m}分钟` : '不到1分钟';
}

const made = secondsOf(document.documentElement.dataset.made);
// A reader's clock that is behind would count backwards: then the page's own time holds.
const now = () => Math.max(Math.floor(Date.now() / 1000) + 8 * HOUR, made);
