import { z } from 'zod';
import { text } from '../../app/search-fields.js';

export const routingSearch = z.object({ environment: text });
