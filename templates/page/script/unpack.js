// The second block of data: JSON as it stands, or of much data gzip in base64.

async function unpack(text) {
  const data = JSON.parse(text);
  if (typeof data !== 'string') return data;
  const signs = atob(data), packed = new Uint8Array(signs.length);
  for (let n = 0; n < signs.length; n++) packed[n] = signs.charCodeAt(n);
  if (typeof DecompressionStream === 'function') {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    return JSON.parse(await new Response(stream).text());
  }
  return JSON.parse(new TextDecoder().decode(inflate(packed)));
}

// For browsers from before 2020–2023 that cannot unpack by themselves: RFC 1951 after the ten bytes of a gzip header.
function inflate(from) {
  let out = new Uint8Array(from.length * 8), size = 0, at = 10, bits = 0, held = 0;
  const need = (count) => {
    while (held < count) { bits |= from[at++] << held; held += 8; }
    const value = bits & ((1 << count) - 1);
    bits >>>= count; held -= count;
    return value;
  };
  const put = (byte) => {
    if (size === out.length) { const more = new Uint8Array(size * 2); more.set(out); out = more; }
    out[size++] = byte;
  };
  const tree = (lengths) => {
    const count = new Uint16Array(16), next = new Uint16Array(16), symbols = new Uint16Array(lengths.length);
    lengths.forEach((length) => { count[length]++; });
    count[0] = 0;
    for (let n = 1; n < 16; n++) next[n] = next[n - 1] + count[n - 1];
    lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
    return { count, symbols };
  };
  const symbol = ({ count, symbols }) => {
    let code = 0, start = 0, index = 0;
    for (let n = 1; n < 16; n++) {
      code |= need(1);
      if (code - count[n] < start) return symbols[index + code - start];
      index += count[n]; start = (start + count[n]) << 1; code <<= 1;
    }
    throw new Error('broken data');
  };
  const BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
  const MORE = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const FAR = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
  const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const fixed = [...Array(288).keys()].map((n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8));
  for (let last = 0; !last;) {
    last = need(1);
    const kind = need(2);
    if (kind === 0) {
      bits = held = 0;
      const length = from[at] | (from[at + 1] << 8);
      at += 4;
      for (let n = 0; n < length; n++) put(from[at++]);
      continue;
    }
    let literals = tree(fixed), distances = tree(Array(30).fill(5));
    if (kind === 2) {
      const many = need(5) + 257, far = need(5) + 1, codes = need(4) + 4, lengths = Array(19).fill(0);
      for (let n = 0; n < codes; n++) lengths[ORDER[n]] = need(3);
      const table = tree(lengths), all = [];
      while (all.length < many + far) {
        const one = symbol(table);
        if (one < 16) all.push(one);
        else {
          const again = one === 16 ? all[all.length - 1] : 0;
          for (let n = one === 16 ? 3 + need(2) : one === 17 ? 3 + need(3) : 11 + need(7); n; n--) all.push(again);
        }
      }
      literals = tree(all.slice(0, many)); distances = tree(all.slice(many));
    }
    for (;;) {
      const one = symbol(literals);
      if (one === 256) break;
      if (one < 256) { put(one); continue; }
      const length = BASE[one - 257] + need(MORE[one - 257]);
      const far = symbol(distances);
      let back = size - FAR[far] - need(far < 4 ? 0 : (far >> 1) - 1);
      for (let n = 0; n < length; n++) put(out[back++]);
    }
  }
  return out.subarray(0, size);
}
