/** The font of poems: a Song-style serif in slices, of which a browser fetches those whose characters are on the page. */
import '@fontsource/noto-serif-sc/400.css';
