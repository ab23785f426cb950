/** What the page opens with: what the shipped miniature wrote when it was asked as the published example asks. */
import type { WrittenPoem } from '../../writing/written-poem.js';
import written from './opening-poem.json' with { type: 'json' };

/** `npx shiren write "写一首[五言绝句] 要求4句 主题为: 山水、自然、宁静" --json` printed it. */
export const OPENING_POEM = written as WrittenPoem;
