<!doctype html>
<html lang="en" data-gateway="<?= htmlspecialchars((string) getenv('TWINWIRE_URL')) ?>">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Prices</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/look.css">
  <link rel="stylesheet" href="ticker.css">
  <script type="module" src="ticker.js"></script>
</head>
<body>
  <header class="bar">
    <h1>Prices</h1>
    <output class="state" id="state"></output>
    <span class="soft"><b id="rate">0</b> messages/s</span>
  </header>
  <main>
    <section id="cards" aria-label="Prices"></section>
    <section class="sheet" aria-label="Time">
      <div class="bar">
        <label for="when">Time</label>
        <output id="time" for="when"></output>
        <button type="button" id="now">Now</button>
      </div>
      <input type="range" id="when" min="0" max="0">
      <p class="soft" id="hint">Drag it to the left end, and the page reads a minute more from the gateway's log.</p>
    </section>
  </main>
  <template id="card">
    <article class="sheet">
      <header><h2></h2><span class="change"></span></header>
      <p class="price"></p>
      <canvas width="400" height="96" aria-hidden="true"></canvas>
    </article>
  </template>
</body>
</html>
