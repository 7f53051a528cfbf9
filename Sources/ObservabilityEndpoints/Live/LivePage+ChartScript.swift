// How is a chart of the live page drawn, and followed by pointer, keyboard and screen reader?

extension LivePage {
  static let charts = #"""
    const HEIGHT = 120, TOP = 14, BOTTOM = 16;
    const DASHES = [null, null, null, '6 3', '2 3', '8 3 2 3', '4 2'];
    const stroke = i => ({stroke: 'var(--c' + i % 7 + ')', 'stroke-dasharray': DASHES[i % 7]});

    function ceiling(value) {
      if (!(value > 0)) return 1;
      const power = 10 ** Math.floor(Math.log10(value));
      return [1, 2, 2.5, 5, 10].map(step => step * power).find(step => step >= value * 0.999);
    }

    function chartOf(layout, index, heatIndex) {
      const say = el('p', {class: 'hidden', id: 'say-' + layout.id});
      const title = el('h3', {id: 'title-' + layout.id}, layout.title + ' ',
        el('small', {}, layout.unit));
      const plot = el('div', {class: 'plot', tabindex: '0', role: 'slider', 'aria-labelledby': title.id,
        'aria-describedby': say.id, 'aria-orientation': 'horizontal'});
      const legend = el('ul', {class: 'legend'}), zero = el('p', {class: 'note'});
      const note = el('p', {class: 'note'}), traces = el('ul', {class: 'traces'});
      const node = el('div', {class: 'card'}, title, plot, legend, zero, note, traces, say);
      const chart = {layout, index, node, plot, legend, zero, note, traces, say, cursor: null, isSeen: true};
      if (layout.bounds) {
        chart.heat = heatIndex;
        chart.canvas = el('canvas', {class: 'heat', role: 'img'});
        chart.heatNote = el('p', {class: 'note'});
        const map = el('div', {class: 'plot'}, chart.canvas);
        node.insertBefore(map, legend);
        node.insertBefore(chart.heatNote, legend);
        follow(chart, map);
      }
      follow(chart, plot);
      plot.addEventListener('keydown', event => key(chart, event));
      plot.addEventListener('blur', () => point(chart, null));
      new IntersectionObserver(entries => {
        chart.isSeen = entries[entries.length - 1].isIntersecting;
        if (chart.isSeen && data) paint(chart);
      }).observe(node);
      return chart;
    }

    function follow(chart, plot) {
      const at = event => {
        const box = plot.getBoundingClientRect();
        const place = Math.floor((event.clientX - box.left) / box.width * data.points);
        return data.last - data.points + 1 + Math.min(Math.max(place, 0), data.points - 1);
      };
      plot.addEventListener('pointermove', event => point(chart, at(event)));
      plot.addEventListener('pointerleave', () => point(chart, null));
      plot.addEventListener('click', event => { point(chart, at(event)); showTraces(chart); });
    }
    function key(chart, event) {
      const first = data.last - data.points + 1;
      const now = chart.cursor === null ? data.last : chart.cursor;
      const to = {ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
        PageUp: now + 30, PageDown: now - 30, Home: data.first, End: data.last}[event.key];
      if (to !== undefined) point(chart, Math.min(Math.max(to, first), data.last));
      else if (event.key === 'Enter' || event.key === ' ') { point(chart, now); showTraces(chart); }
      else if (event.key === 'Escape') point(chart, null);
      else return;
      event.preventDefault();
    }
    function point(chart, place) { chart.cursor = place; paint(chart); }

    // What is under the cursor, or now.
    function valueOf(chart, line) {
      if (chart.cursor === null) return line.now;
      const value = line.points[chart.cursor - data.first];
      return value === undefined ? null : value;
    }

    function paint(chart) {
      const lines = data.values[chart.index], names = chart.layout.lines;
      const width = Math.max(chart.plot.clientWidth, 100), height = HEIGHT;
      const highest = Math.max(0, ...lines.map(l => l.points.reduce((m, v) => v > m ? v : m, 0)));
      const top = ceiling(highest), start = data.last - data.points + 1;
      const x = place => (place - start + 0.5) / data.points * width;
      const y = value => TOP + (1 - Math.min(value / top, 1)) * (height - TOP - BOTTOM);
      const parts = bands(x, width / data.points, width, height);
      for (const value of [0, top / 2, top]) {
        parts.push(svg('line', {class: 'rule', x1: 0, x2: width, y1: y(value), y2: y(value)}),
          svg('text', {x: 1, y: y(value) - 3}, number(value)));
      }
      for (const [place, anchor] of [[start, 'start'], [start + data.points / 2, 'middle'], [data.last, 'end']]) {
        const at = anchor === 'start' ? 0 : anchor === 'end' ? width : width / 2;
        parts.push(svg('text', {x: at, y: height - 3, 'text-anchor': anchor}, clock(time(place), false)));
      }
      lines.forEach((line, i) => {
        let path = '', isOpen = false;
        if (isNothing(line, lines)) return;
        line.points.forEach((value, p) => {
          if (value === null) { isOpen = false; return; }
          path += (isOpen ? 'L' : 'M') + x(data.first + p).toFixed(1) + ' ' + y(value).toFixed(1);
          // A point between two gaps.
          if (!isOpen) path += 'h0';
          isOpen = true;
        });
        if (path) parts.push(svg('path', {d: path, ...stroke(i)}));
      });
      if (chart.cursor !== null) {
        const at = x(chart.cursor);
        parts.push(svg('line', {class: 'cursor', x1: at, x2: at, y1: 0, y2: height - BOTTOM}));
      }
      put(chart.plot, svg('svg', {viewBox: '0 0 ' + width + ' ' + height, height, 'aria-hidden': 'true'}, ...parts));
      legendOf(chart, lines, names, highest);
      if (chart.canvas) paintHeat(chart);
    }

    // Of several lines, one that has never been anything else than zero.
    function isNothing(line, lines) { return lines.length > 1 && !line.now && !line.points.some(v => v); }

    // Where the server was shutting down and so on, and where it began.
    function bands(x, step, width, height) {
      const parts = [];
      data.marks.forEach((mark, p) => {
        if (mark > 0) {
          parts.push(svg('rect', {class: 'band', x: x(data.first + p) - step / 2, y: 0, width: step + 0.5,
            height: height - BOTTOM}));
        }
      });
      const began = data.last - (data.end - data.began) / data.step;
      if (data.first === 0 && began >= data.last - data.points) {
        const at = x(began);
        parts.push(svg('line', {class: 'start', x1: at, x2: at, y1: 0, y2: height - BOTTOM}),
          at > width - 32 ? svg('text', {x: at - 3, y: 11, 'text-anchor': 'end'}, 'start')
            : svg('text', {x: at + 3, y: 11}, 'start'));
      }
      return parts;
    }

    function legendOf(chart, lines, names, highest) {
      const unit = chart.layout.unit, shown = [], zeros = [], words = [];
      lines.forEach((line, i) => {
        const value = valueOf(chart, line);
        const text = number(value);
        if (isNothing(line, lines)) { zeros.push(names[i]); return; }
        words.push(names[i] + ' ' + text);
        shown.push(el('li', {}, svg('svg', {viewBox: '0 0 22 8', 'aria-hidden': 'true'},
          svg('path', {d: 'M0 4H22', ...stroke(i)})), names[i] + ' ', el('b', {}, text)));
      });
      put(chart.legend, ...shown);
      say(chart.zero, zeros.length ? (shown.length ? 'Nothing of: ' : 'Nothing: ') + zeros.join(', ') : '');
      const then = chart.cursor === null ? 'now' : clock(time(chart.cursor) - data.step, true);
      const held = chart.cursor === null ? [] : marksAt(chart.cursor - data.first);
      say(chart.note, chart.cursor === null ? '' : ['At ' + then].concat(held).join(', '));
      const text = (words.join(', ') || 'nothing') + ', ' + unit;
      const plot = chart.plot;
      plot.setAttribute('aria-valuemin', data.last - data.points + 1);
      plot.setAttribute('aria-valuemax', data.last);
      plot.setAttribute('aria-valuenow', chart.cursor === null ? data.last : chart.cursor);
      plot.setAttribute('aria-valuetext', [then].concat(held).join(', ') + ': ' + text);
      const back = RANGES.find(r => r[0] === data.range)[1];
      say(chart.say, chart.layout.title + ': now ' + lines.map((l, i) => names[i] + ' ' + number(l.now)).join(', ')
        + ', ' + unit + '. Highest of the last ' + back + ': ' + number(highest) + '.');
    }
    function marksAt(place) {
      const mark = data.marks[place];
      if (mark === undefined || mark === -1) return ['no data'];
      return MARKS.filter(m => mark & m[0]).map(m => m[1]);
    }

    function paintHeat(chart) {
      const rows = data.heat[chart.heat], bounds = chart.layout.bounds, canvas = chart.canvas;
      const width = Math.max(canvas.clientWidth, 100), height = Math.max(canvas.clientHeight, 60);
      const scale = window.devicePixelRatio || 1;
      canvas.width = width * scale;
      canvas.height = height * scale;
      const context = canvas.getContext('2d');
      context.scale(scale, scale);
      const style = getComputedStyle(document.documentElement);
      const step = width / data.points, tall = height / rows.length, offset = data.points - data.marks.length;
      context.fillStyle = style.getPropertyValue('--heat');
      let best = 0, most = 0;
      rows.forEach((row, r) => {
        let sum = 0;
        for (let p = 0; p < row.length; p++) {
          const level = parseInt(row[p], 36);
          if (!(level > 0)) continue;
          sum += level;
          context.globalAlpha = Math.min(0.15 + level / 24, 1);
          context.fillRect((p + offset) * step, height - (r + 1) * tall, step + 0.5, tall - 0.5);
        }
        if (sum > most) { most = sum; best = r; }
      });
      context.globalAlpha = 1;
      context.fillStyle = style.getPropertyValue('--dim');
      context.font = '10px system-ui, sans-serif';
      for (let r = 0; r < bounds.length; r += Math.ceil(bounds.length / 5)) {
        context.fillText('≤ ' + number(bounds[r]), 1, height - r * tall - 1);
      }
      const upTo = best < bounds.length ? 'up to ' + number(bounds[best]) : 'more than ' + number(bounds[best - 1]);
      const text = most ? 'Most took ' + upTo + ' ms.' : 'Nothing was measured.';
      canvas.setAttribute('aria-label', 'Heat map of ' + chart.layout.title + ': ' + text);
      say(chart.heatNote, text);
    }

    """#
}
