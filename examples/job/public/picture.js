// Rows of a picture on the canvas: one character a point, 0–z. Knows nothing of jobs.

const canvas = document.querySelector('#picture')
const context = canvas.getContext('2d')

/** 0 is the inside of the figure; from 1 on, night to copper and back, so that neighbours look alike. */
const PALETTE = Array.from({ length: 36 }, (_, level) => {
  const warmth = (1 - Math.cos((2 * Math.PI * (level - 1)) / 35)) / 2
  return level === 0
    ? [12, 14, 18]
    : [24, 32, 48].map((dark, part) => dark + warmth * ([250, 190, 130][part] - dark))
})

export function drawRows(from, rows) {
  if (from === 0) context.clearRect(0, 0, canvas.width, canvas.height)
  const image = context.createImageData(canvas.width, rows.length)
  rows.forEach((row, y) => {
    for (let x = 0; x < canvas.width; x++) {
      const colour = PALETTE[Number.parseInt(row[x], 36)]
      image.data.set([...colour, 255], 4 * (y * canvas.width + x))
    }
  })
  context.putImageData(image, 0, from)
}
